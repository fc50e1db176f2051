import {
  AuditEntry,
  Node,
  SecurityEvent,
  TelemetryRecord,
  eventTypes,
  severities,
  type Severity,
} from '@gpushield/contracts';
import { Option, type Command } from 'commander';
import { Type } from 'typebox';
import { checked } from '../api/check.ts';
import type { Api } from '../api/client.ts';
import { resolveId, type Kind } from '../api/resolve-id.ts';
import { act, type CommandContext, type CommandDeps } from '../context.ts';
import { printListing, timeOption, withLimit, type ListOptions, type ListingView } from '../listing.ts';
import { severityColour } from './alert-view.ts';
import { runServer } from './local.ts';
import { nodeKind } from './nodes.ts';

const gpuKind: Kind = { noun: 'GPU', path: '/api/v1/gpus', nameFields: ['uuid', 'device_id'] };
const recordsPath = '/api/v1/telemetry/records';

interface RangeOptions extends ListOptions {
  readonly since?: string;
  readonly until?: string;
}

const withRange = (command: Command): Command =>
  withLimit(command)
    .option('--since <time>', '2h, 7d, or an RFC 3339 time')
    .option('--until <time>', 'the same');

const range = (ctx: CommandContext, { since, until }: RangeOptions) => ({
  since: timeOption(ctx, 'since', since),
  until: timeOption(ctx, 'until', until),
});

const eventListing = (ctx: CommandContext): ListingView<typeof SecurityEvent> => ({
  schema: SecurityEvent,
  empty: 'No security event matches.',
  columns: ({ short, ago }) => [
    { header: 'ID', cell: (event) => short(event.id) },
    {
      header: 'SEVERITY',
      cell: (event) => event.severity,
      paint: (event, text) => ctx.out.paint(severityColour(event.severity), text),
    },
    { header: 'TYPE', cell: (event) => event.event_type, shrinkTo: 12 },
    { header: 'TITLE', cell: (event) => event.title, shrinkTo: 20 },
    { header: 'NODE', cell: (event) => event.node_id.slice(0, 13) },
    { header: 'ALERT', cell: (event) => event.alert_id?.slice(0, 13) ?? '-' },
    { header: 'WHEN', cell: (event) => ago(event.timestamp) },
  ],
});

const auditListing = (ctx: CommandContext): ListingView<typeof AuditEntry> => ({
  schema: AuditEntry,
  empty: 'No audit entry matches.',
  columns: ({ ago }) => [
    { header: 'WHEN', cell: (entry) => ago(entry.occurred_at) },
    { header: 'WHO', cell: (entry) => entry.principal_name ?? entry.principal_id, shrinkTo: 10 },
    { header: 'ACTION', cell: (entry) => entry.action, shrinkTo: 12 },
    { header: 'RESOURCE', cell: (entry) => entry.resource, shrinkTo: 12 },
    {
      header: 'DECISION',
      cell: (entry) => (entry.granted ? 'granted' : 'refused'),
      paint: (entry, text) => ctx.out.paint(entry.granted ? 'green' : 'red', text),
    },
    { header: 'REASON', cell: (entry) => entry.reason, shrinkTo: 8 },
    { header: 'FROM', cell: (entry) => entry.ip_address ?? '-', shrinkTo: 9 },
  ],
});

/** Metrics of one record in a cell; the rest is counted. */
const maxShownMetrics = 6;
const metricsCell = (metrics: Readonly<Record<string, number>>): string => {
  const all = Object.entries(metrics);
  const shown = all.slice(0, maxShownMetrics).map(([name, value]) => `${name}=${value}`);
  return all.length > maxShownMetrics
    ? `${shown.join(' ')} +${all.length - maxShownMetrics}`
    : shown.join(' ');
};

const telemetryListing: ListingView<typeof TelemetryRecord> = {
  schema: TelemetryRecord,
  empty: 'No telemetry matches. A machine without a GPU reports none.',
  columns: ({ ago }) => [
    { header: 'GPU', cell: (record) => record.gpu_id.slice(0, 18) },
    { header: 'NODE', cell: (record) => record.node_id.slice(0, 13) },
    { header: 'WHEN', cell: (record) => ago(record.timestamp) },
    { header: 'METRICS', cell: (record) => metricsCell(record.metrics), shrinkTo: 24 },
  ],
};

interface EventOptions extends RangeOptions {
  readonly severity?: readonly Severity[];
  readonly type?: readonly string[];
  readonly node?: string;
}

export const addEventCommands = (program: Command, deps: CommandDeps): void => {
  const events = program.command('events').description('security events: the evidence behind alerts');
  act<EventOptions>(
    withRange(events.command('list').description('list security events'))
      .addOption(new Option('--severity <severity...>', 'only these').choices([...severities]))
      .addOption(new Option('--type <type...>', 'only these').choices([...eventTypes]))
      .option('--node <node>', 'only of this node (name or id)'),
    deps,
    async (ctx, { options }) => {
      const api = await ctx.api();
      const query = {
        severity: options.severity,
        event_type: options.type,
        node_id: options.node === undefined ? undefined : await resolveId(api, nodeKind, options.node),
        ...range(ctx, options),
      };
      printListing(ctx, await api.list('/api/v1/security-events', query, options.limit), eventListing(ctx));
    },
  );
};

interface AuditOptions extends RangeOptions {
  readonly action?: string;
  readonly principal?: string;
  readonly resource?: string;
  readonly refused?: boolean;
}

export const addAuditCommands = (program: Command, deps: CommandDeps): void => {
  const audit = program.command('audit').description('every decision, tamper-evident');
  act<AuditOptions>(
    withRange(audit.command('list').description('list audit entries'))
      .option('--action <action>', 'only this one, such as keys.create')
      .option('--principal <id>', 'only of this principal')
      .option('--resource <resource>', 'only about this, such as node:<id>')
      .option('--refused', 'only what was refused'),
    deps,
    async (ctx, { options }) => {
      const query = {
        action: options.action,
        principal_id: options.principal,
        resource: options.resource,
        granted: options.refused === true ? 'false' : undefined,
        ...range(ctx, options),
      };
      printListing(
        ctx,
        await (await ctx.api()).list('/api/v1/audit', query, options.limit),
        auditListing(ctx),
      );
    },
  );
  act<VerifyOptions>(
    audit
      .command('verify')
      .description('recompute the hash chains on this machine’s database, and name what was tampered with')
      .option('--checkpoints <file>', 'signed checkpoints that were kept elsewhere: they prove a chain’s end')
      .option('--public-key <file...>', 'further keys (PEM) whose checkpoints are believed'),
    deps,
    (ctx, { options }) =>
      runServer(ctx, 'audit-verify', [
        ...(ctx.out.json ? ['--json'] : []),
        ...(options.checkpoints === undefined ? [] : ['--checkpoints', options.checkpoints]),
        ...(options.publicKey ?? []).flatMap((file) => ['--public-key', file]),
      ]),
  );
};

interface VerifyOptions {
  readonly checkpoints?: string;
  readonly publicKey?: readonly string[];
}

interface TelemetryOptions extends RangeOptions {
  readonly gpu?: string;
  readonly node?: string;
}

/** Nodes that `telemetry latest` asks for, one request each, when none is named. */
const maxNodesAsked = 500;
const LatestRecords = Type.Object({ data: Type.Array(Type.Unknown()) });

const nodesWithGpus = async (api: Api): Promise<readonly string[]> => {
  const { items } = await api.list('/api/v1/nodes', {}, maxNodesAsked);
  const nodes = items.map((item) => checked(Node, item));
  return nodes.filter((node) => node.gpu_count > 0).map((node) => node.id);
};

const latest = async (
  ctx: CommandContext,
  options: { readonly node?: string; readonly limit: number },
): Promise<void> => {
  const api = await ctx.api();
  const nodeIds =
    options.node === undefined ? await nodesWithGpus(api) : [await resolveId(api, nodeKind, options.node)];
  const items: unknown[] = [];
  for (const [index, nodeId] of nodeIds.entries()) {
    if (items.length > options.limit) break;
    ctx.out.progress(`node ${index + 1} of ${nodeIds.length} …`);
    items.push(...checked(LatestRecords, await api.get(`${recordsPath}/latest`, { node_id: nodeId })).data);
  }
  printListing(
    ctx,
    { items: items.slice(0, options.limit), hasMore: items.length > options.limit },
    telemetryListing,
  );
};

export const addTelemetryCommands = (program: Command, deps: CommandDeps): void => {
  const telemetry = program.command('telemetry').description('what the GPUs measure');
  act<{ node?: string; limit: number }>(
    withLimit(telemetry.command('latest').description('the latest record of each GPU')).option(
      '--node <node>',
      'only of this node (name or id)',
    ),
    deps,
    (ctx, { options }) => latest(ctx, options),
  );
  act<TelemetryOptions>(
    withRange(telemetry.command('list').description('list records, newest first'))
      .option('--gpu <gpu>', 'only of this GPU (id or UUID)')
      .option('--node <node>', 'only of this node (name or id)'),
    deps,
    async (ctx, { options }) => {
      const api = await ctx.api();
      const query = {
        gpu_id: options.gpu === undefined ? undefined : await resolveId(api, gpuKind, options.gpu),
        node_id: options.node === undefined ? undefined : await resolveId(api, nodeKind, options.node),
        ...range(ctx, options),
      };
      printListing(ctx, await api.list(recordsPath, query, options.limit), telemetryListing);
    },
  );
};
