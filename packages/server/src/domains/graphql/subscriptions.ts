import type { AlertStreamEvent, TelemetryRecord } from '@gpushield/contracts';
import { AppError } from '../../platform/errors.ts';
import { given, idOf, integerOf, textOf, type Arguments } from './arguments.ts';
import type { GraphqlContext } from './context.ts';
import type { GraphqlDomainDeps } from './deps.ts';

type Subscriber = (source: unknown, args: Arguments, ctx: GraphqlContext) => Promise<AsyncIterable<unknown>>;

const longestIntervalSeconds = 60;

async function* alertChanges(
  { alerts }: GraphqlDomainDeps,
  isWanted: (event: AlertStreamEvent) => boolean,
  signal: AbortSignal,
): AsyncGenerator<{ readonly alerts: AlertStreamEvent }> {
  for await (const batch of alerts.follow({ signal })) {
    for (const followed of batch) {
      if (followed.kind === 'change' && isWanted(followed.event)) yield { alerts: followed.event };
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });

async function* newRecords(
  { fleet, telemetry }: GraphqlDomainDeps,
  {
    gpuId,
    nodeId,
    intervalMs,
  }: { gpuId: string | undefined; nodeId: string | undefined; intervalMs: number },
  ctx: GraphqlContext,
): AsyncGenerator<{ readonly telemetry: TelemetryRecord }> {
  const seen = new Map<string, string>();
  while (!ctx.signal.aborted) {
    const gpuIds = gpuId === undefined ? await fleet.gpuIdsOfNode(ctx.db, nodeId ?? '') : [gpuId];
    for (const record of await telemetry.latest(ctx.db, gpuIds)) {
      if (seen.get(record.gpu_id) === record.id) continue;
      seen.set(record.gpu_id, record.id);
      yield { telemetry: record };
    }
    await pause(intervalMs, ctx.signal);
  }
}

/** The fields of Subscription. */
export const subscribers = (deps: GraphqlDomainDeps): Readonly<Record<string, Subscriber>> => ({
  alerts: async (_source, args, ctx) => {
    await ctx.need('alerts:read');
    const wanted = {
      ...given(args, 'severity', 'severity', textOf),
      ...given(args, 'source', 'source', textOf),
      ...given(args, 'nodeId', 'node_id', idOf),
      ...given(args, 'gpuId', 'gpu_id', idOf),
    };
    const isWanted = ({ alert }: AlertStreamEvent): boolean =>
      Object.entries(wanted).every(([field, value]) => Reflect.get(alert, field) === value);
    return alertChanges(deps, isWanted, ctx.signal);
  },
  telemetry: async (_source, args, ctx) => {
    await ctx.need('telemetry:read');
    const { gpuId } = given(args, 'gpuId', 'gpuId', idOf);
    const { nodeId } = given(args, 'nodeId', 'nodeId', idOf);
    if ((gpuId === undefined) === (nodeId === undefined)) {
      throw new AppError('validation_failed', { detail: 'telemetry needs gpuId or nodeId, one of the two' });
    }
    const seconds = integerOf('intervalSeconds', args['intervalSeconds'] ?? 1, 1, longestIntervalSeconds);
    return newRecords(deps, { gpuId, nodeId, intervalMs: seconds * 1000 }, ctx);
  },
});
