import type { TelemetryInput } from '@gpushield/contracts';
import type { Clock } from '../../platform/clock.ts';
import { AppError, type FieldError } from '../../platform/errors.ts';
import type { RequestContext } from '../../platform/http/route.ts';
import type { IdempotencyClaim } from '../../platform/idempotency/index.ts';
import type { BatchWriter, IngestAnswer, Receipt } from '../../platform/ingest/index.ts';
import { canonicalId, checkPlaces, type KnownPlaces, type Place } from './check-places.ts';
import { checkRecords, type PointerOf } from './check-records.ts';
import { batchOfRecords } from './batch-of-records.ts';
import type { RecordBatch } from './record-batch.ts';
import type { AcceptedBatch } from './write-batches.ts';

/** Where GPUs and sensors stand; the fleet's directories. */
export interface Places {
  resolve(ids: Iterable<string>): Promise<ReadonlyMap<string, Place>>;
}

export type OnRecords = (
  kind: 'single' | 'bulk',
  outcome: 'stored' | 'replayed' | 'refused',
  records: number,
) => void;

export interface AcceptRecordsDeps {
  readonly writer: BatchWriter<AcceptedBatch>;
  readonly gpus: Places;
  readonly sensors: Places;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly newId: () => string;
  readonly onRecords?: OnRecords | undefined;
  readonly onStored?: ((batch: RecordBatch) => void) | undefined;
}

/** The parts of a request that ingest needs. */
export type IngestContext = Pick<
  RequestContext,
  'principal' | 'idempotencyKey' | 'payloadHash' | 'ownOnly' | 'authorize'
>;

/** What a request's answer may tell. */
export interface StoredRecords {
  readonly batch: RecordBatch;
  readonly ids: readonly string[];
  readonly receivedAt: string;
}

export interface IngestRequest {
  readonly kind: 'single' | 'bulk';
  readonly records: readonly TelemetryInput[];
  readonly operationId: string;
  readonly pointerOf: PointerOf;
  /** `ids`: of the records, in their order, where `namesRecords` asks for them. */
  readonly answer: (stored: StoredRecords) => IngestAnswer;
  readonly namesRecords?: true;
}

const refuse = (code: 'validation_failed' | 'unknown_reference', errors: readonly FieldError[]): AppError => {
  const [first] = errors;
  return new AppError(code, { detail: first === undefined ? '' : `${first.field} ${first.message}`, errors });
};

const claimOf = (ctx: IngestContext, route: string): IdempotencyClaim | undefined =>
  ctx.idempotencyKey === undefined
    ? undefined
    : { principalId: ctx.principal.id, route, key: ctx.idempotencyKey, payloadHash: ctx.payloadHash };

const lookUp = async (
  { gpus, sensors }: Pick<AcceptRecordsDeps, 'gpus' | 'sensors'>,
  records: readonly TelemetryInput[],
): Promise<KnownPlaces> => {
  const gpuIds = new Set<string>();
  const sensorIds = new Set<string>();
  for (const { gpu_id: gpuId, sensor_id: sensorId } of records) {
    gpuIds.add(canonicalId(gpuId));
    if (typeof sensorId === 'string') sensorIds.add(canonicalId(sensorId));
  }
  const [gpuPlaces, sensorPlaces] = await Promise.all([gpus.resolve(gpuIds), sensors.resolve(sensorIds)]);
  return { gpus: gpuPlaces, sensors: sensorPlaces };
};

/** Everything that can be wrong with the records, in the order: values, references, ownership. */
const check = async (
  deps: AcceptRecordsDeps,
  { records, pointerOf }: IngestRequest,
  ctx: IngestContext,
  nowMs: number,
): Promise<RecordBatch> => {
  const values = checkRecords(records, nowMs, pointerOf);
  if (!values.ok) throw refuse('validation_failed', values.errors);
  const places = await lookUp(deps, records);
  const problems = checkPlaces(records, places, pointerOf);
  if (problems.unknown.length > 0) throw refuse('unknown_reference', problems.unknown);
  if (ctx.ownOnly) for (const { ownerId } of places.gpus.values()) ctx.authorize({ ownerId });
  if (problems.misplaced.length > 0) throw refuse('validation_failed', problems.misplaced);
  return batchOfRecords(records, values.timestampsMs, places.gpus);
};

const store = async (
  deps: AcceptRecordsDeps,
  request: IngestRequest,
  ctx: IngestContext,
): Promise<Receipt> => {
  const nowMs = deps.clock.nowMs();
  const receivedAt = new Date(nowMs).toISOString();
  const idempotency = claimOf(ctx, request.operationId);
  let batch: RecordBatch;
  try {
    batch = await check(deps, request, ctx, nowMs);
  } catch (error) {
    const earlier = idempotency === undefined ? undefined : await deps.writer.findReceipt(idempotency);
    if (earlier !== undefined) return earlier;
    throw error;
  }
  const ids = request.namesRecords === true ? request.records.map(() => deps.newId()) : [];
  const item: AcceptedBatch = { batch, receivedAtMs: nowMs, ...(ids.length === 0 ? {} : { ids }) };
  const answer = request.answer({ batch, ids, receivedAt });
  const receipt = await deps.writer.submit({ item, rows: batch.rows, answer, idempotency });
  if (!receipt.replayed) deps.onStored?.(batch);
  return receipt;
};

/**
 * Stores the records of one request, all or none, and resolves when they are durable. A retry with the same
 * Idempotency-Key is told what the first request was told, even when its records would be refused by now.
 * Errors: `validation_failed`, `unknown_reference` (422), `not_owner` (403), and those of `BatchWriter.submit`.
 */
export const acceptRecords = async (
  deps: AcceptRecordsDeps,
  request: IngestRequest,
  ctx: IngestContext,
): Promise<Receipt> => {
  const { kind, records } = request;
  try {
    const receipt = await store(deps, request, ctx);
    deps.onRecords?.(kind, receipt.replayed ? 'replayed' : 'stored', records.length);
    return receipt;
  } catch (error) {
    deps.onRecords?.(kind, 'refused', records.length);
    throw error;
  }
};
