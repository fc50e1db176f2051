import {
  DetectionFinding,
  DetectionMaintenance,
  DetectionSwitch,
  Detector,
  GpuDetection,
} from '@gpushield/contracts';
import { Argument, type Command } from 'commander';
import { Type } from 'typebox';
import { checked } from '../api/check.ts';
import { resolveId } from '../api/resolve-id.ts';
import { usageError } from '../cli-error.ts';
import { act, argument, numberBetween, type CommandContext, type CommandDeps } from '../context.ts';
import { fullTime, printListing, withLimit, type ListOptions, type ListingView } from '../listing.ts';
import { span } from '../span.ts';
import { nodeKind } from './nodes.ts';

const path = '/api/v1/detection';
const wholeFleet = '00000000-0000-0000-0000-000000000000';

const findingListing: ListingView<typeof DetectionFinding> = {
  schema: DetectionFinding,
  empty: 'Nothing was found.',
  columns: ({ ago }) => [
    { header: 'GPU', cell: (finding) => finding.gpu_id },
    { header: 'NODE', cell: (finding) => finding.node_name ?? '-' },
    { header: 'FAMILY', cell: (finding) => finding.family },
    { header: 'STATE', cell: (finding) => (finding.active ? 'goes on' : 'over') },
    { header: 'SCORE', cell: (finding) => finding.score.toFixed(2), align: 'right' },
    { header: 'LAST', cell: (finding) => ago(finding.last_at) },
    { header: 'WHY', cell: (finding) => finding.reasons[0]?.text ?? '-', shrinkTo: 40 },
  ],
};

const switchListing: ListingView<typeof DetectionSwitch> = {
  schema: DetectionSwitch,
  empty: 'Everything is as it is by default: on.',
  columns: ({ ago }) => [
    { header: 'TARGET', cell: ({ target, id }) => (target === 'fleet' ? 'fleet' : `${target} ${id}`) },
    { header: 'DETECTION', cell: ({ enabled }) => (enabled ? 'on' : 'off') },
    { header: 'DETECTORS OFF', cell: (each) => each.detectors_off.join(', ') || '-' },
    { header: 'THRESHOLD', cell: ({ threshold }) => (threshold === null ? '-' : String(threshold)) },
    { header: 'BY', cell: (each) => each.changed_by },
    { header: 'CHANGED', cell: (each) => ago(each.changed_at) },
  ],
};

const maintenanceListing: ListingView<typeof DetectionMaintenance> = {
  schema: DetectionMaintenance,
  empty: 'No maintenance was announced.',
  columns: () => [
    { header: 'ID', cell: ({ id }) => id },
    {
      header: 'TARGET',
      cell: (each) => (each.target === 'fleet' ? 'fleet' : `${each.target} ${each.target_id}`),
    },
    { header: 'FROM', cell: (each) => each.starts_at },
    { header: 'UNTIL', cell: (each) => each.ends_at },
    { header: 'BY', cell: (each) => each.created_by },
    { header: 'REASON', cell: ({ reason }) => reason, shrinkTo: 20 },
  ],
};

const explain = (ctx: CommandContext, raw: unknown): void => {
  if (ctx.out.json) {
    ctx.out.value(raw);
    return;
  }
  const gpu = checked(GpuDetection, raw);
  const { baseline, latest } = gpu;
  const shown = (value: number | null | undefined, unit: string): string =>
    value === null || value === undefined ? '-' : `${Math.round(value * 10) / 10} ${unit}`;
  ctx.out.pairs([
    ['GPU', gpu.gpu_id],
    ['judged', gpu.judged ? 'yes' : `no: ${gpu.why_not ?? ''}`],
    ['threshold', gpu.threshold],
    ['detectors off', gpu.detectors_off.join(', ')],
    ['known until', baseline === null ? '-' : fullTime(ctx, baseline.learned_until)],
    ['at rest', shown(baseline?.idle_power, 'W')],
    ['most power seen', shown(baseline?.most_power, 'W')],
    ['power limit', shown(baseline?.power_limit, 'W')],
    ['latest record', latest === null ? '-' : fullTime(ctx, latest.timestamp)],
    ['its score', latest?.anomaly_score ?? 'not judged'],
    ['why', latest?.reasons.map(({ text }) => text).join('\n') ?? ''],
    [
      'findings',
      gpu.findings
        .map(
          ({ family, active, alert_id: alert }) =>
            `${family}, ${active ? 'goes on' : 'over'}, alert ${alert}`,
        )
        .join('\n'),
    ],
  ]);
};

interface TargetOptions {
  readonly node?: string;
  readonly gpu?: string;
}

/** What `--node` or `--gpu` name; the fleet without either. */
const targetOf = async (ctx: CommandContext, { node, gpu }: TargetOptions) => {
  if (node !== undefined && gpu !== undefined) throw usageError('Give --node or --gpu, not both');
  if (node !== undefined)
    return { target: 'node', id: await resolveId(await ctx.api(), nodeKind, node) } as const;
  return gpu === undefined
    ? ({ target: 'fleet', id: wholeFleet } as const)
    : ({ target: 'gpu', id: gpu.toLowerCase() } as const);
};

const withTarget = (command: Command): Command =>
  command
    .option('--node <node>', 'for this node: name or id; the whole fleet where neither is given')
    .option('--gpu <id>', 'for this GPU: its whole id');

const addLooks = (detection: Command, deps: CommandDeps): void => {
  act<ListOptions & { active?: boolean }>(
    withLimit(detection.command('findings').description('what was found, newest first')).option(
      '--active',
      'only what goes on now',
    ),
    deps,
    async (ctx, { options }) => {
      const query = options.active === true ? { active: 'true' } : {};
      printListing(
        ctx,
        await (await ctx.api()).list(`${path}/findings`, query, options.limit),
        findingListing,
      );
    },
  );
  act(
    detection
      .command('explain')
      .description('what is known of a GPU, and why its latest score is what it is')
      .argument('<gpu>', 'its whole id'),
    deps,
    async (ctx, input) => {
      const id = encodeURIComponent(argument(input));
      explain(ctx, await (await ctx.api()).get(`${path}/gpus/${id}`));
    },
  );
  act(detection.command('detectors').description('the detectors that there are'), deps, async (ctx) => {
    const raw = await (await ctx.api()).get(`${path}/detectors`);
    const { data } = checked(Type.Object({ data: Type.Array(Detector) }), raw);
    if (ctx.out.json) ctx.out.value(data);
    else
      for (const { name, family, severity, title } of data)
        ctx.out.line(`${name.padEnd(20)} ${family.padEnd(12)} ${severity.padEnd(7)} ${title}`);
  });
};

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

const addSwitches = (detection: Command, deps: CommandDeps): void => {
  act<ListOptions>(
    withLimit(detection.command('switches').description('what is switched otherwise than by default')),
    deps,
    async (ctx, { options }) =>
      printListing(ctx, await (await ctx.api()).list(`${path}/switches`, {}, options.limit), switchListing),
  );
  act<TargetOptions & { detector?: readonly string[]; threshold?: number }>(
    withTarget(
      detection
        .command('switch')
        .description('switch detection off or back on')
        .addArgument(new Argument('<state>', 'off, or on: back to the defaults').choices(['on', 'off'])),
    )
      .option('--detector <name>', 'off: this detector alone; may be repeated', collect)
      .option('--threshold <score>', 'off nothing, but ask for this score', numberBetween(0.01, 1)),
    deps,
    async (ctx, input) => {
      const { options } = input;
      const api = await ctx.api();
      const { target, id } = await targetOf(ctx, options);
      const url = `${path}/switches/${target}/${id}`;
      const off = argument(input) === 'off';
      const some = options.detector !== undefined || options.threshold !== undefined;
      const raw = off
        ? await api.send('PUT', url, {
            enabled: some,
            detectors_off: options.detector ?? [],
            threshold: options.threshold ?? null,
          })
        : await api.send('DELETE', url);
      if (ctx.out.json) ctx.out.value(raw ?? { target, id });
      else ctx.out.line(off ? `Switched for ${target} ${id}.` : `${target} ${id} is back to the defaults.`);
    },
  );
};

const addMaintenance = (detection: Command, deps: CommandDeps): void => {
  const maintenance = detection.command('maintenance').description('times in which nothing is raised');
  act<ListOptions>(
    withLimit(maintenance.command('list').description('windows, newest first')),
    deps,
    async (ctx, { options }) =>
      printListing(
        ctx,
        await (await ctx.api()).list(`${path}/maintenance`, {}, options.limit),
        maintenanceListing,
      ),
  );
  act<TargetOptions & { for: number; reason: string }>(
    withTarget(maintenance.command('start').description('begin a window now'))
      .requiredOption('--for <span>', 'how long, such as 2h', span)
      .requiredOption('--reason <text>', 'why'),
    deps,
    async (ctx, { options }) => {
      const { target, id } = await targetOf(ctx, options);
      const raw = await (
        await ctx.api()
      ).send('POST', `${path}/maintenance`, {
        target,
        ...(target === 'fleet' ? {} : { target_id: id }),
        reason: options.reason,
        ends_at: new Date(ctx.io.now() + options.for * 1000).toISOString(),
      });
      if (ctx.out.json) ctx.out.value(raw);
      else {
        const made = checked(DetectionMaintenance, raw);
        ctx.out.line(`Maintenance ${made.id} until ${made.ends_at}.`);
      }
    },
  );
  act(
    maintenance.command('end').description('end a window now').argument('<id>', 'its whole id'),
    deps,
    async (ctx, input) => {
      const id = encodeURIComponent(argument(input));
      const raw = await (await ctx.api()).send('DELETE', `${path}/maintenance/${id}`);
      if (ctx.out.json) ctx.out.value(raw);
      else ctx.out.line(`Maintenance ${id} has ended.`);
    },
  );
};

/** What detection finds, why, and where it is told to be quiet. */
export const addDetectionCommands = (program: Command, deps: CommandDeps): void => {
  const detection = program
    .command('detection')
    .description('anomalies of GPUs: findings, switches, maintenance');
  addLooks(detection, deps);
  addSwitches(detection, deps);
  addMaintenance(detection, deps);
};
