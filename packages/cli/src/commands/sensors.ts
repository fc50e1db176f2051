import { ConfigurationAnswer, InventoryState, Sensor, type SensorConfiguration } from '@gpushield/contracts';
import { Option, type Command } from 'commander';
import { checked } from '../api/check.ts';
import { resolveId, type Kind } from '../api/resolve-id.ts';
import { usageError } from '../cli-error.ts';
import { act, argument, confirm, numberBetween, type CommandContext, type CommandDeps } from '../context.ts';
import { fullTime, printListing, withLimit, type ListOptions, type ListingView } from '../listing.ts';
import { connectionColour } from './nodes.ts';

const path = '/api/v1/sensors';
const kind: Kind = { noun: 'sensor', path, nameFields: ['name'] };

const healthColour = (health: string | null): 'green' | 'yellow' | 'red' | 'dim' => {
  if (health === null) return 'dim';
  if (health === 'healthy') return 'green';
  return health === 'degraded' ? 'yellow' : 'red';
};

const listing = (ctx: CommandContext): ListingView<typeof Sensor> => ({
  schema: Sensor,
  empty:
    'There are no sensors. `gpushield start` runs one beside the server; `gpushield sensor` runs one alone.',
  columns: ({ short, ago }) => [
    { header: 'ID', cell: (sensor) => short(sensor.id) },
    { header: 'NAME', cell: (sensor) => sensor.name, shrinkTo: 12 },
    { header: 'TYPE', cell: (sensor) => sensor.sensor_type, shrinkTo: 4 },
    {
      header: 'STATUS',
      cell: (sensor) => sensor.status,
      paint: (sensor, text) => ctx.out.paint(connectionColour(sensor.status), text),
    },
    {
      header: 'HEALTH',
      cell: (sensor) => sensor.health ?? '-',
      paint: (sensor, text) => ctx.out.paint(healthColour(sensor.health), text),
    },
    { header: 'SPOOLED', cell: (sensor) => String(sensor.spooled_records), align: 'right' },
    { header: 'VERSION', cell: (sensor) => sensor.version, shrinkTo: 7 },
    { header: 'HEARTBEAT', cell: (sensor) => ago(sensor.last_heartbeat_at) },
  ],
});

const configurationPairs = (configuration: SensorConfiguration): [string, string][] => [
  ['telemetry every', `${configuration.telemetry_interval_seconds} s`],
  ['heartbeat every', `${configuration.heartbeat_interval_seconds} s`],
  ['integrity every', `${configuration.integrity_interval_seconds} s`],
  ['kernel log', configuration.kernel_log_enabled ? 'read' : 'not read'],
  ['further files', configuration.extra_integrity_paths.join('\n')],
];

const show = (ctx: CommandContext, raw: unknown): void => {
  if (ctx.out.json) {
    ctx.out.value(raw);
    return;
  }
  const sensor = checked(Sensor, raw);
  const reported = sensor.reported_configuration_version;
  const applied =
    reported === sensor.configuration_version ? 'in use' : `the sensor still uses ${reported ?? 'none'}`;
  ctx.out.pairs([
    ['id', sensor.id],
    ['name', sensor.name],
    ['node', sensor.node_id],
    ['type', sensor.sensor_type],
    ['version', sensor.version],
    ['capabilities', sensor.capabilities.join(', ')],
    ['status', sensor.status],
    [
      'health',
      sensor.health_detail === null ? sensor.health : `${sensor.health ?? '-'}: ${sensor.health_detail}`,
    ],
    ['last heartbeat', fullTime(ctx, sensor.last_heartbeat_at)],
    ['spooled records', sensor.spooled_records],
    ['configuration', `version ${sensor.configuration_version}, ${applied}`],
    ...configurationPairs(sensor.configuration),
    ['registered by', sensor.registered_by],
  ]);
};

const showInventory = (ctx: CommandContext, raw: unknown): void => {
  if (ctx.out.json) {
    ctx.out.value(raw);
    return;
  }
  const { inventory, ...state } = checked(InventoryState, raw);
  const { host } = inventory;
  ctx.out.pairs([
    ['host', host.hostname],
    ['system', `${host.operating_system}, ${host.architecture}`],
    ['kernel', host.kernel_release],
    ['processor', `${host.cpu_count} × ${host.cpu_model ?? 'unknown'}`],
    ['memory', `${Math.round(host.memory_bytes / 1_048_576)} MiB`],
    ['virtualization', host.virtualization],
    ['taint', inventory.taint.flags.join(', ') || (inventory.taint.value === null ? 'unknown' : 'none')],
    ['modules', inventory.modules.length],
    ['firmware files', inventory.firmware.length],
    ['further files', inventory.files.length],
    [
      'drivers',
      Object.entries(inventory.drivers)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    [
      'toolkits',
      Object.entries(inventory.toolkits)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ['cannot see', inventory.blind.join('\n')],
    ['reported', fullTime(ctx, state.received_at)],
    ['baseline', fullTime(ctx, state.baseline_at)],
    ['drift', state.drift.length === 0 ? 'none' : `${state.drift.length} differences`],
  ]);
  if (state.drift.length === 0) return;
  ctx.out.line('');
  ctx.out.table(
    [
      { header: 'KIND', cell: (item) => item.kind },
      {
        header: 'CHANGE',
        cell: (item) => item.change,
        paint: (_item, text) => ctx.out.paint('yellow', text),
      },
      { header: 'NAME', cell: (item) => item.name, shrinkTo: 12 },
      { header: 'EXPECTED', cell: (item) => item.expected ?? '-', shrinkTo: 12 },
      { header: 'ACTUAL', cell: (item) => item.actual ?? '-', shrinkTo: 12 },
    ],
    state.drift,
    '',
  );
};

interface ConfigureOptions {
  readonly telemetryInterval?: number;
  readonly heartbeatInterval?: number;
  readonly integrityInterval?: number;
  readonly kernelLog?: 'on' | 'off';
  readonly extraPath?: readonly string[];
  readonly clearExtraPaths?: boolean;
}

/** The configuration with what the options say put over it. */
const mergeConfiguration = (
  current: SensorConfiguration,
  options: ConfigureOptions,
): SensorConfiguration => ({
  heartbeat_interval_seconds: options.heartbeatInterval ?? current.heartbeat_interval_seconds,
  telemetry_interval_seconds: options.telemetryInterval ?? current.telemetry_interval_seconds,
  integrity_interval_seconds: options.integrityInterval ?? current.integrity_interval_seconds,
  kernel_log_enabled:
    options.kernelLog === undefined ? current.kernel_log_enabled : options.kernelLog === 'on',
  extra_integrity_paths: [
    ...(options.extraPath ?? (options.clearExtraPaths === true ? [] : current.extra_integrity_paths)),
  ],
});

const configure = async (ctx: CommandContext, given: string, options: ConfigureOptions): Promise<void> => {
  if (Object.keys(options).length === 0) {
    throw usageError('Nothing to configure was given', 'See `gpushield sensors configure --help`.');
  }
  const api = await ctx.api();
  const sensorPath = `${path}/${await resolveId(api, kind, given)}`;
  const sensor = checked(Sensor, await api.get(sensorPath));
  const raw = await api.send(
    'PUT',
    `${sensorPath}/configuration`,
    mergeConfiguration(sensor.configuration, options),
  );
  if (ctx.out.json) {
    ctx.out.value(raw);
    return;
  }
  const answer = checked(ConfigurationAnswer, raw);
  ctx.out.pairs([
    ['configuration', `version ${answer.configuration_version}`],
    ...configurationPairs(answer.configuration),
  ]);
  ctx.out.note('The sensor takes it up with its next heartbeat.');
};

const addConfigure = (sensors: Command, deps: CommandDeps): void => {
  act<ConfigureOptions>(
    sensors
      .command('configure')
      .description('change what a sensor does; what is not named stays')
      .argument('<sensor>', 'name or id')
      .option('--telemetry-interval <seconds>', 'how often GPUs are read', numberBetween(0.1, 3600))
      .option('--heartbeat-interval <seconds>', 'how often it reports itself', numberBetween(1, 3600))
      .option('--integrity-interval <seconds>', 'how often files are hashed', numberBetween(1, 86_400))
      .addOption(new Option('--kernel-log <state>', 'whether the kernel log is read').choices(['on', 'off']))
      .option('--extra-path <path...>', 'further files or folders to hash, in place of the present ones')
      .addOption(new Option('--clear-extra-paths', 'hash no further files').conflicts('extraPath')),
    deps,
    (ctx, input) => configure(ctx, argument(input), input.options),
  );
};

export const addSensorCommands = (program: Command, deps: CommandDeps): void => {
  const sensors = program.command('sensors').description('what reports evidence from the nodes');
  act<ListOptions>(
    withLimit(sensors.command('list').description('list sensors')),
    deps,
    async (ctx, { options }) =>
      printListing(ctx, await (await ctx.api()).list(path, {}, options.limit), listing(ctx)),
  );
  act(
    sensors.command('show').description('show one sensor').argument('<sensor>', 'name or id'),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      show(ctx, await api.get(`${path}/${await resolveId(api, kind, argument(input))}`));
    },
  );
  addConfigure(sensors, deps);
  act(
    sensors
      .command('inventory')
      .description('what a sensor saw last, and its drift from the baseline')
      .argument('<sensor>', 'name or id'),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      showInventory(ctx, await api.get(`${path}/${await resolveId(api, kind, argument(input))}/inventory`));
    },
  );
  act<{ yes?: boolean }>(
    sensors
      .command('accept-baseline')
      .description('make what is there now the baseline')
      .argument('<sensor>', 'name or id')
      .option('--yes', 'do not ask'),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      const id = await resolveId(api, kind, argument(input));
      await confirm(
        ctx,
        input.options,
        `Accept everything that sensor ${argument(input)} sees now as right?`,
      );
      const raw = await api.send('POST', `${path}/${id}/baseline`);
      if (ctx.out.json) ctx.out.value(raw ?? { id });
      else ctx.out.line(`What sensor ${id} saw last is its baseline now.`);
    },
  );
};
