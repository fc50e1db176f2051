import type { Scope } from '@gpushield/contracts';
import { given, idOf, listOf, textOf, timeOf, type Arguments } from './arguments.ts';
import { connectionOf } from './connection.ts';
import type { GraphqlContext } from './context.ts';
import type { GraphqlDomainDeps } from './deps.ts';

export type Resolver = (source: unknown, args: Arguments, ctx: GraphqlContext) => unknown;

/** Enumerated values were checked against the schema already. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the schema is the check
const value = <T>(_name: string, checked: unknown): T => checked as T;

const scoped =
  (scope: Scope, resolve: (args: Arguments, ctx: GraphqlContext) => unknown): Resolver =>
  async (_source, args, ctx) => {
    await ctx.need(scope);
    return resolve(args, ctx);
  };

const fleetFields = ({ fleet: { reader }, cursors }: GraphqlDomainDeps): Record<string, Resolver> => ({
  node: scoped('nodes:read', ({ id }, ctx) => ctx.loaders.node.load(idOf('id', id))),
  nodes: scoped('nodes:read', (args, ctx) => {
    const filters = {
      ...given(args, 'clusterId', 'cluster_id', textOf),
      ...given(args, 'name', 'name', textOf),
      ...given(args, 'status', 'status', value<'online' | 'offline' | 'unknown'>),
    };
    const fetch = (limit: number, after: Parameters<typeof reader.nodes>[3]) =>
      reader.nodes(ctx.db, filters, limit, after);
    return connectionOf({ cursors, list: 'nodes', args, filters, fetch });
  }),
  gpu: scoped('nodes:read', ({ id }, ctx) => ctx.loaders.gpu.load(idOf('id', id))),
  gpus: scoped('nodes:read', (args, ctx) => {
    const filters = {
      ...given(args, 'nodeId', 'node_id', idOf),
      ...given(args, 'vendor', 'vendor', value<'nvidia' | 'amd' | 'intel'>),
    };
    const fetch = (limit: number, after: Parameters<typeof reader.gpus>[3]) =>
      reader.gpus(ctx.db, filters, limit, after);
    return connectionOf({ cursors, list: 'gpus', args, filters, fetch });
  }),
  sensor: scoped('sensors:read', ({ id }, ctx) => ctx.loaders.sensor.load(idOf('id', id))),
  sensors: scoped('sensors:read', (args, ctx) => {
    const filters = {
      ...given(args, 'nodeId', 'node_id', idOf),
      ...given(args, 'status', 'status', value<'online' | 'offline' | 'never_seen'>),
    };
    const fetch = (limit: number, after: Parameters<typeof reader.sensors>[3]) =>
      reader.sensors(ctx.db, filters, limit, after);
    return connectionOf({ cursors, list: 'sensors', args, filters, fetch });
  }),
});

const dateOf = (name: string, text: unknown): Date => new Date(timeOf(name, text));

const evidenceFields = ({ telemetry, events, cursors }: GraphqlDomainDeps): Record<string, Resolver> => ({
  telemetry: scoped('telemetry:read', (args, ctx) => {
    const filters = {
      ...given(args, 'gpuId', 'gpu_id', idOf),
      ...given(args, 'nodeId', 'node_id', idOf),
      ...given(args, 'sensorId', 'sensor_id', idOf),
      ...given(args, 'since', 'since', timeOf),
      ...given(args, 'until', 'until', timeOf),
    };
    const fetch = (limit: number, after: Parameters<typeof telemetry.records>[3]) =>
      telemetry.records(ctx.db, filters, limit, after);
    return connectionOf({ cursors, list: 'telemetry', args, filters, fetch });
  }),
  securityEvent: scoped('events:read', ({ id }, ctx) => events.event(ctx.db, idOf('id', id))),
  securityEvents: scoped('events:read', (args, ctx) => {
    const filters = {
      since: null,
      until: null,
      ...given(args, 'nodeId', 'node_id', idOf),
      ...given(args, 'sensorId', 'sensor_id', idOf),
      ...given(args, 'gpuId', 'gpu_id', idOf),
      ...given(args, 'eventType', 'event_type', textOf),
      ...given(args, 'severity', 'severity', textOf),
      ...given(args, 'since', 'since', dateOf),
      ...given(args, 'until', 'until', dateOf),
    };
    const fetch = (limit: number, after: Parameters<typeof events.events>[3]) =>
      events.events(ctx.db, filters, limit, after);
    // A Date has no keys of its own: the cursor is bound to what was asked.
    const asked = { ...args, first: undefined, after: undefined };
    return connectionOf({ cursors, list: 'security-events', args, filters: asked, fetch });
  }),
});

const alertFields = ({ alerts: { reader }, cursors }: GraphqlDomainDeps): Record<string, Resolver> => ({
  alert: scoped('alerts:read', ({ id }, ctx) => ctx.loaders.alert.load(idOf('id', id))),
  alerts: scoped('alerts:read', (args, ctx) => {
    const ids = (name: string, list: unknown) => listOf(name, list, idOf);
    const texts = (name: string, list: unknown) => listOf(name, list, textOf);
    const filters = {
      ...given(args, 'severities', 'severities', value<[]>),
      ...given(args, 'statuses', 'statuses', value<[]>),
      ...given(args, 'sources', 'sources', texts),
      ...given(args, 'nodeIds', 'node_ids', ids),
      ...given(args, 'gpuIds', 'gpu_ids', ids),
      ...given(args, 'assignees', 'assignees', texts),
      ...given(args, 'since', 'since', timeOf),
      ...given(args, 'until', 'until', timeOf),
    };
    const fetch = (limit: number, after: Parameters<typeof reader.alerts>[3]) =>
      reader.alerts(ctx.db, filters, limit, after);
    return connectionOf({ cursors, list: 'alerts', args, filters, fetch });
  }),
  alertSummary: scoped('alerts:read', (_args, ctx) => reader.summary(ctx.db)),
});

/** The fields of Query. */
export const rootFields = (deps: GraphqlDomainDeps): Readonly<Record<string, Resolver>> => ({
  ...fleetFields(deps),
  ...evidenceFields(deps),
  ...alertFields(deps),
});
