import type { RequestContext } from '../../platform/http/route.ts';
import { AppError } from '../../platform/errors.ts';
import type { IdempotencyClaim } from '../../platform/idempotency/index.ts';
import { batchOfPoints } from './batch-of-points.ts';
import { collectPoints } from './collect-points.ts';
import type { Export, OtlpDeps, Signal } from './deps.ts';
import { countSpansJson, readLogsJson } from './json/logs-and-traces.ts';
import { readMetricsJson } from './json/metrics.ts';
import { parseExport } from './json/parse-export.ts';
import { acceptLogs } from './logs/accept-logs.ts';
import { createRejections, type Rejections } from './rejections.ts';
import { resolveGpus } from './resolve-gpus.ts';
import { MalformedOtlp } from './wire/fields.ts';
import { decodeLogs } from './wire/logs.ts';
import { decodeMetrics } from './wire/metrics.ts';
import { countSpans } from './wire/traces.ts';

export type OtlpContext = Pick<
  RequestContext,
  'principal' | 'ownOnly' | 'audit' | 'idempotencyKey' | 'payloadHash'
>;

/** What an export is answered: how many of its items were rejected, and why. */
export interface ExportOutcome {
  readonly rejected: number;
  readonly message: string;
}

/** Deeper JSON than that of our own API: attributes nest within points within metrics within resources. */
const whole = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedOtlp) throw new AppError('malformed_body', { detail: error.message });
    throw error;
  }
};

const claimOf = (ctx: OtlpContext, signal: Signal): IdempotencyClaim | undefined =>
  ctx.idempotencyKey === undefined
    ? undefined
    : {
        principalId: ctx.principal.id,
        route: `otlp_${signal}`,
        key: ctx.idempotencyKey,
        payloadHash: ctx.payloadHash,
      };

const outcomeOf = (rejections: Rejections, unit: string): ExportOutcome => ({
  rejected: rejections.total(),
  message: rejections.message(unit),
});

const isOutcome = (value: unknown): value is ExportOutcome =>
  typeof value === 'object' && value !== null && 'rejected' in value && 'message' in value;

const acceptMetrics = async (deps: OtlpDeps, sent: Export, ctx: OtlpContext): Promise<ExportOutcome> => {
  const nowMs = deps.clock.nowMs();
  const rejections = createRejections();
  const { sink, collected } = collectPoints(rejections, nowMs);
  whole(() => {
    if (sent.encoding === 'protobuf') decodeMetrics(sent.bytes, sink);
    else readMetricsJson(parseExport(sent.bytes), sink);
  });
  const gpus = await resolveGpus(deps, ctx, collected.slots, rejections);
  const batch = batchOfPoints(collected.table, gpus);
  const outcome = outcomeOf(rejections, 'points');
  deps.onItems('metrics', 'stored', collected.points() - outcome.rejected);
  deps.onItems('metrics', 'rejected', outcome.rejected);
  if (batch.rows === 0) return outcome;
  const receipt = await deps.submit(batch, nowMs, { status: 200, body: outcome }, claimOf(ctx, 'metrics'));
  return isOutcome(receipt.body) ? receipt.body : outcome;
};

const acceptTraces = (deps: OtlpDeps, sent: Export): ExportOutcome => {
  const spans = whole(() =>
    sent.encoding === 'protobuf' ? countSpans(sent.bytes) : countSpansJson(parseExport(sent.bytes)),
  );
  deps.onItems('traces', 'stored', spans);
  return { rejected: 0, message: '' };
};

/**
 * Takes one export of any signal. Metrics are durable when it resolves, and so are the events of logs; traces are
 * counted and handed on. Errors: `malformed_body` (400), `body_too_large` (413) for more than it may bring, and those of the batch writer.
 */
export const acceptExport = async (
  deps: OtlpDeps,
  signal: Signal,
  sent: Export,
  ctx: OtlpContext,
): Promise<ExportOutcome> => {
  let outcome: ExportOutcome;
  if (signal === 'metrics') outcome = await acceptMetrics(deps, sent, ctx);
  else if (signal === 'traces') outcome = acceptTraces(deps, sent);
  else {
    const read = (sink: Parameters<typeof readLogsJson>[1]): void =>
      whole(() => {
        if (sent.encoding === 'protobuf') decodeLogs(sent.bytes, sink);
        else readLogsJson(parseExport(sent.bytes), sink);
      });
    outcome = await acceptLogs(deps, read, ctx);
  }
  if (sent.bytes.length > 0) deps.forwarder?.forward(signal, sent);
  return outcome;
};
