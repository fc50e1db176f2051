import type { Scope } from '@gpushield/contracts';
import type DataLoader from 'dataloader';
import type { GraphqlContext } from './context.ts';
import type { Loaders } from './loaders.ts';
import type { Resolver } from './root-fields.ts';

const idIn = (source: unknown, field: string): string | null => {
  const id: unknown = typeof source === 'object' && source !== null ? Reflect.get(source, field) : undefined;
  return typeof id === 'string' ? id : null;
};

/** What stands behind an id of the source; null where it has none. */
const related =
  (scope: Scope, field: string, pick: (loaders: Loaders) => DataLoader<string, unknown>): Resolver =>
  async (source, _args, ctx: GraphqlContext) => {
    await ctx.need(scope);
    const id = idIn(source, field);
    return id === null ? null : pick(ctx.loaders).load(id);
  };

const node = related('nodes:read', 'node_id', ({ node: loader }) => loader);
const gpu = related('nodes:read', 'gpu_id', ({ gpu: loader }) => loader);
const sensor = related('sensors:read', 'sensor_id', ({ sensor: loader }) => loader);

/** Fields that lead from one type to another, by type. */
export const relations: Readonly<Record<string, Readonly<Record<string, Resolver>>>> = {
  Node: {
    gpus: related('nodes:read', 'id', ({ gpusOfNode }) => gpusOfNode),
    sensors: related('sensors:read', 'id', ({ sensorsOfNode }) => sensorsOfNode),
    activeAlerts: related('alerts:read', 'id', ({ alertsOfNode }) => alertsOfNode),
  },
  Gpu: { node, latestTelemetry: related('telemetry:read', 'id', ({ latest }) => latest) },
  Sensor: { node },
  TelemetryRecord: { node, gpu },
  SecurityEvent: { node, gpu, alert: related('alerts:read', 'alert_id', ({ alert }) => alert) },
  Alert: { node, gpu, sensor, history: related('alerts:read', 'id', ({ historyOfAlert }) => historyOfAlert) },
};
