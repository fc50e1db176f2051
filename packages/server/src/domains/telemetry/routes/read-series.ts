import { knownMetricNames, knownMetrics, Timestamp, Uuid, type KnownMetric } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { Clock } from '../../../platform/clock.ts';
import type { Executor } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { canonicalId } from '../check-places.ts';
import { maxAnswerPoints, planSeries, pointsOfEach, type Kept } from '../series/plan-series.ts';
import { readState } from '../series/roll-up-store.ts';
import { readSeries as selectSeries } from '../series/series-store.ts';
import { parseTimestamp } from '../timestamp.ts';

export interface ReadSeriesDeps {
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly gpuIdsOfNode: (db: Executor, nodeId: string) => Promise<readonly string[]>;
  readonly retention: Omit<Kept, 'nowMs'>;
}

const maxGpus = 256;
const maxMetrics = 8;
const defaultSpanMs = 3_600_000;
const uuid = '[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}';

const query = Type.Object({
  gpu_ids: Type.Optional(
    Type.String({
      pattern: `^${uuid}(,${uuid}){0,${maxGpus - 1}}$`,
      description: `Ids of up to ${maxGpus} GPUs, with commas between; or a node_id`,
    }),
  ),
  node_id: Type.Optional(Uuid),
  metrics: Type.String({
    pattern: '^[a-z_]{1,64}(,[a-z_]{1,64}){0,7}$',
    description: `Up to ${maxMetrics} names of the vocabulary, with commas between, such as temperature,power_usage`,
  }),
  since: Type.Optional(Timestamp),
  until: Type.Optional(Timestamp),
  points: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 2000,
      default: 300,
      description: `At most, by series; fewer where all series together would be more than ${maxAnswerPoints}`,
    }),
  ),
});

const Series = Type.Object({
  since: Timestamp,
  until: Timestamp,
  step_seconds: Type.Integer(),
  tier: Type.Enum(['raw', 'minutes', 'hours']),
  series: Type.Array(
    Type.Object({
      gpu_id: Uuid,
      metric: Type.String(),
      unit: Type.String(),
      points: Type.Array(
        Type.Object({
          at: Timestamp,
          min: Type.Number(),
          mean: Type.Number(),
          max: Type.Number(),
          last: Type.Union([Type.Number(), Type.Null()]),
          count: Type.Integer(),
        }),
      ),
    }),
  ),
});

const refuse = (field: string, message: string): AppError =>
  new AppError('validation_failed', {
    detail: `${field} ${message}`,
    errors: [{ field: `/${field}`, message }],
  });

const metricsIn = (text: string): readonly KnownMetric[] =>
  [...new Set(text.split(','))].map((name) => {
    const known = knownMetricNames.find((candidate) => candidate === name);
    if (known === undefined)
      throw refuse('metrics', `${name} is not of the vocabulary: ${knownMetricNames.join(', ')}`);
    return known;
  });

const spanOf = (since: string | undefined, until: string | undefined, nowMs: number) => {
  const untilMs = until === undefined ? nowMs : parseTimestamp(until);
  const sinceMs = since === undefined ? untilMs - defaultSpanMs : parseTimestamp(since);
  if (Number.isNaN(untilMs)) throw refuse('until', 'is not a time');
  if (Number.isNaN(sinceMs)) throw refuse('since', 'is not a time');
  if (sinceMs >= untilMs) throw refuse('since', 'must be before until');
  return { sinceMs, untilMs };
};

/** `GET /api/v1/telemetry/series`: what plots are drawn of. */
export const readSeries = ({ clock, gpuIdsOfNode, retention }: ReadSeriesDeps) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/telemetry/series',
    operationId: 'readTelemetrySeries',
    summary: 'Minimum, mean, maximum and last value of metrics by time bucket, over any range',
    tag: 'Telemetry',
    access: { scope: 'telemetry:read' },
    audit: { when: 'with', action: 'telemetry.read', resource: 'telemetry' },
    effect: 'read',
    schema: { query, responses: { 200: Series } },
    handler: async ({ query: { gpu_ids, node_id, metrics, since, until, points = 300 } }, ctx) => {
      if ((gpu_ids === undefined) === (node_id === undefined))
        throw refuse('gpu_ids', 'or node_id must be given, and not both');
      const gpuIds =
        node_id === undefined
          ? [...new Set((gpu_ids ?? '').split(',').map(canonicalId))]
          : await gpuIdsOfNode(ctx.db, node_id);
      const wanted = metricsIn(metrics);
      const bounded = pointsOfEach(points, gpuIds.length * wanted.length);
      const nowMs = clock.nowMs();
      const asked = { ...spanOf(since, until, nowMs), points: bounded };
      const plan = planSeries(asked, gpuIds.length, { ...retention, nowMs });
      const state = await readState(ctx.db);
      const series = await Promise.all(
        wanted.map(async (metric) => {
          const rows = gpuIds.length === 0 ? [] : await selectSeries(ctx.db, plan, gpuIds, metric, state);
          return [...Map.groupBy(rows, ({ gpu_id }) => gpu_id)].map(([gpuId, own]) => ({
            gpu_id: gpuId,
            metric,
            unit: knownMetrics[metric][0],
            points: own.map(({ bucket_s, min, mean, max, last, count }) => ({
              at: new Date(bucket_s * 1000).toISOString(),
              ...{ min, mean, max, last, count },
            })),
          }));
        }),
      );
      return ok({
        since: new Date(plan.sinceMs).toISOString(),
        until: new Date(plan.untilMs).toISOString(),
        step_seconds: plan.stepSeconds,
        tier: plan.tier,
        series: series.flat(),
      });
    },
  });
