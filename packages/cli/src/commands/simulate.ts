import { Alert } from '@gpushield/contracts';
import {
  isScenarioName,
  scenarioNames,
  scenarios,
  simulateFleet,
  type ScenarioName,
} from '@gpushield/simulator';
import { InvalidArgumentError, type Command } from 'commander';
import { checked } from '../api/check.ts';
import { usageError } from '../cli-error.ts';
import { act, confirm, integerBetween, type CommandContext, type CommandDeps } from '../context.ts';
import { registerFleet, removeFleet, type RegisteredNode } from '../simulate/register-fleet.ts';
import { span } from '../span.ts';
import { sendPast, sendPresent } from '../simulate/send-telemetry.ts';

const maxNodes = 20_000;
const maxGpusPerNode = 64;
const maxIncidents = 1000;
/** Nodes that one query of alerts takes. */
const maxQueriedNodes = 100;
const shownAlerts = 20;

interface SimulateOptions {
  readonly nodes: number;
  readonly gpus: number;
  readonly incident: readonly ScenarioName[];
  readonly history: number;
  readonly live: number;
  readonly interval: number;
  readonly begins: number;
  readonly seed: number;
  readonly prefix: string;
  readonly width: number;
  readonly remove?: boolean;
  readonly yes?: boolean;
  readonly scenarios?: boolean;
}

/** `mining` or `mining=3`: that many GPUs have it. */
const incident = (text: string, before: readonly ScenarioName[] = []): readonly ScenarioName[] => {
  const [name = '', count = '1'] = text.split('=');
  if (!isScenarioName(name))
    throw new InvalidArgumentError(
      `There is no scenario ${name}; \`gpushield simulate --scenarios\` lists them.`,
    );
  const all = [...before, ...Array.from({ length: integerBetween(1, maxIncidents)(count) }, () => name)];
  if (all.length > maxIncidents)
    throw new InvalidArgumentError(`At most ${maxIncidents} GPUs have incidents.`);
  return all;
};

const listScenarios = (ctx: CommandContext): void => {
  const rows = scenarioNames.map((name) => ({ name, ...scenarios[name] }));
  if (ctx.out.json) ctx.out.value(rows.map(({ name, about, kind, set }) => ({ name, about, kind, set })));
  else
    for (const { name, kind, about } of rows) ctx.out.line(`${name.padEnd(20)} ${kind.padEnd(7)} ${about}`);
};

const showAlerts = async (ctx: CommandContext, nodes: readonly RegisteredNode[]): Promise<void> => {
  const api = await ctx.api();
  const nodeIds = nodes.slice(0, maxQueriedNodes).map(({ nodeId }) => nodeId);
  const { items, hasMore } = await api.search('/api/v1/alerts/query', { node_ids: nodeIds }, shownAlerts);
  const alerts = items.map((item) => checked(Alert, item));
  if (ctx.out.json) {
    ctx.out.value({ nodes: nodes.map(({ nodeId, name }) => ({ id: nodeId, name })), alerts });
    return;
  }
  if (alerts.length === 0) ctx.out.line('No alert was raised.');
  for (const { severity, title, description, id, occurrences } of alerts)
    ctx.out.line(
      `\n${severity.toUpperCase()}  ${title}\n${description}\nalert ${id}, seen ${occurrences} times`,
    );
  if (hasMore) ctx.out.note('There are more: gpushield alerts list');
};

const progressOf = (ctx: CommandContext, expected: number) => {
  let sent = 0;
  const startMs = ctx.io.now();
  return {
    add: (records: number): void => {
      sent += records;
      const seconds = Math.max(0.001, (ctx.io.now() - startMs) / 1000);
      ctx.out.progress(
        `${sent} of about ${expected} records, ${Math.round(sent / seconds)} a second, ${Math.min(100, Math.round((100 * sent) / expected))} %`,
      );
    },
    sent: () => sent,
  };
};

const run = async (ctx: CommandContext, options: SimulateOptions): Promise<void> => {
  const { nodes: nodeCount, gpus, seed, prefix, width, interval, history, live } = options;
  if (history === 0 && live === 0) throw usageError('Nothing to send', 'Give --history or --live.');
  const api = await ctx.api();
  const fleet = simulateFleet({
    nodes: nodeCount,
    gpusPerNode: gpus,
    seed,
    incidents: options.incident,
    fromS: options.begins,
  });
  ctx.out.note(`Registering ${nodeCount} nodes with ${gpus} GPUs each, labelled simulated …`);
  const nodes = await registerFleet(api, {
    fleet,
    prefix,
    seed,
    width,
    onProgress: (done) => ctx.out.progress(`${done} of ${nodeCount} nodes`),
  });
  const progress = progressOf(ctx, Math.ceil(((history + live) / interval) * fleet.length));
  const common = { nodes, intervalMs: interval * 1000, width, onRecords: progress.add };
  if (history > 0) {
    const untilMs = ctx.io.now();
    await sendPast(api, { ...common, fromMs: untilMs - history * 1000, untilMs });
  }
  if (live > 0) {
    const late = await sendPresent(api, {
      ...common,
      durationMs: live * 1000,
      now: ctx.io.now,
      sleep: ctx.io.sleep,
    });
    if (late > 0) ctx.out.warn(`${late} intervals began late: this server or this machine is at its limit.`);
  }
  ctx.out.progress('');
  ctx.out.note(`${progress.sent()} records are stored.`);
  await showAlerts(ctx, nodes);
  ctx.out.note(`Remove it all: gpushield simulate --remove --prefix ${prefix}`);
};

const collect = (command: Command): Command =>
  command
    .option('--nodes <n>', 'nodes', integerBetween(1, maxNodes), 4)
    .option('--gpus <n>', 'GPUs of each node', integerBetween(1, maxGpusPerNode), 8)
    .option(
      '--incident <scenario>',
      'what goes wrong on one GPU, or on n: mining, failing=3; may be repeated',
      incident,
      [],
    )
    .option('--begins <span>', 'when incidents begin, after the start', span, 3600)
    .option(
      '--history <span>',
      'the past that is sent, up to now, as fast as the server takes it',
      span,
      3 * 3600,
    )
    .option('--live <span>', 'how long the present is sent after it, in real time', span, 0)
    .option('--interval <span>', 'time between two records of a GPU', span, 10)
    .option('--seed <n>', 'equal seeds give equal fleets', integerBetween(0, 1_000_000), 1)
    .option('--prefix <name>', 'names of nodes begin with it', 'sim')
    .option('--width <n>', 'requests at once', integerBetween(1, 64), 4)
    .option('--remove', 'remove the simulated nodes with this prefix instead')
    .option('--yes', 'do not ask')
    .option('--scenarios', 'list what a GPU can do or suffer, and send nothing');

/** A fleet that is not there: for a demonstration, for trying rules, and as load. */
export const addSimulateCommands = (program: Command, deps: CommandDeps): void => {
  const command = program
    .command('simulate')
    .description('send the telemetry of a simulated fleet through the public API');
  act<SimulateOptions>(collect(command), deps, async (ctx, { options }) => {
    if (options.interval <= 0) throw usageError('--interval must be longer than nothing');
    if (options.scenarios === true) listScenarios(ctx);
    else if (options.remove === true) {
      await confirm(ctx, options, `Remove all simulated nodes whose names begin with ${options.prefix}-?`);
      const removed = await removeFleet(await ctx.api(), options.prefix, options.width);
      if (ctx.out.json) ctx.out.value({ removed });
      else ctx.out.line(`${removed} simulated nodes are removed. Their alerts stay, as a record.`);
    } else await run(ctx, options);
  });
};
