import type { RequestContext } from '../../platform/http/route.ts';
import { AppError } from '../../platform/errors.ts';
import { batchOfPoints } from './batch-of-points.ts';
import type { BatchGpu } from '../telemetry/index.ts';
import { collectPoints, type GpuSlot } from './collect-points.ts';
import type { Export, OtlpDeps, Signal } from './deps.ts';
import { countSpansJson, readLogsJson } from './json/logs-and-traces.ts';
import { readMetricsJson } from './json/metrics.ts';
import { parseExport } from './json/parse-export.ts';
import { acceptLogs } from './logs/accept-logs.ts';
import { claimOf, count, outcomeOf, replayOf, type Accepted, type ExportOutcome } from './outcome.ts';
import { createRejections } from './rejections.ts';
import { resolveGpus } from './resolve-gpus.ts';
import { MalformedOtlp } from './wire/fields.ts';
import { decodeLogs } from './wire/logs.ts';
import { decodeMetrics } from './wire/metrics.ts';
import { countSpans } from './wire/traces.ts';

export type OtlpContext = Pick<
  RequestContext,
  'principal' | 'ownOnly' | 'audit' | 'idempotencyKey' | 'payloadHash'
>;

/** Deeper JSON than that of our own API: attributes nest within points within metrics within resources. */
const whole = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedOtlp) throw new AppError('malformed_body', { detail: error.message });
    throw error;
  }
};

/** The export is stored by then: that its jobs could not be noted must not have it sent again. */
const noteJobs = async (
  deps: OtlpDeps,
  slots: readonly GpuSlot[],
  gpus: readonly (BatchGpu | undefined)[],
): Promise<void> => {
  const jobs = slots.flatMap(({ identity: { job } }, index) => {
    const gpu = gpus[index];
    return job === null || gpu === undefined ? [] : [{ ...gpu, job }];
  });
  if (jobs.length === 0) return;
  await deps.noteJobs?.(jobs).catch((error: unknown) => {
    deps.log.warn({ err: error }, 'the jobs of GPUs could not be noted; they are with the next export');
  });
};

const acceptMetrics = async (deps: OtlpDeps, sent: Export, ctx: OtlpContext): Promise<Accepted> => {
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
  if (batch.rows > 0) {
    const receipt = await deps.submit(batch, nowMs, { status: 200, body: outcome }, claimOf(ctx, 'metrics'));
    if (receipt.replayed) return replayOf(receipt.body, outcome);
    await noteJobs(deps, collected.slots, gpus);
  }
  count(deps, 'metrics', collected.points(), outcome.rejected);
  return { outcome, replayed: false };
};

const acceptTraces = (deps: OtlpDeps, sent: Export): Accepted => {
  const spans = whole(() =>
    sent.encoding === 'protobuf' ? countSpans(sent.bytes) : countSpansJson(parseExport(sent.bytes)),
  );
  count(deps, 'traces', spans, 0);
  return { outcome: { rejected: 0, message: '' }, replayed: false };
};

/**
 * Takes one export of any signal. Metrics are durable when it resolves, and so are the events of logs, each once
 * per Idempotency-Key; traces are counted and handed on. Errors: `malformed_body` (400), `body_too_large` (413) for more than it may bring, and those of the batch writer.
 */
export const acceptExport = async (
  deps: OtlpDeps,
  signal: Signal,
  sent: Export,
  ctx: OtlpContext,
): Promise<ExportOutcome> => {
  let accepted: Accepted;
  if (signal === 'metrics') accepted = await acceptMetrics(deps, sent, ctx);
  else if (signal === 'traces') accepted = acceptTraces(deps, sent);
  else {
    const read = (sink: Parameters<typeof readLogsJson>[1]): void =>
      whole(() => {
        if (sent.encoding === 'protobuf') decodeLogs(sent.bytes, sink);
        else readLogsJson(parseExport(sent.bytes), sink);
      });
    accepted = await acceptLogs(deps, read, ctx);
  }
  // What is sent again was handed on the first time.
  if (sent.bytes.length > 0 && !accepted.replayed) deps.forwarder?.forward(signal, sent);
  return accepted.outcome;
};
