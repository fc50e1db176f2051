import { knownMetricNames } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { createTupleWriter, uuidBytes, type TupleWriter } from './binary-copy.ts';
import type { Judge, Judgement, RecordBatch } from './record-batch.ts';
import { rowIds } from './row-ids.ts';
import { lateMinutes, markLate } from './series/late-minutes.ts';

/** A request's records that passed every check, and when they came. */
export interface AcceptedBatch {
  readonly batch: RecordBatch;
  readonly receivedAtMs: number;
  /** Ids of the rows, where the answer names them. */
  readonly ids?: readonly string[];
}

const table = 'telemetry_records';
const width = knownMetricNames.length;
const alwaysThere = ['id', 'gpu_id', 'node_id', 'telemetry_type', 'timestamp', 'received_at'] as const;
const telemetryType = 'metrics';

/** What some row of the batches has: columns that no row has are left out of the COPY. */
interface Used {
  readonly sensors: boolean;
  /** Positions among `knownMetricNames`. */
  readonly metrics: readonly number[];
  readonly extras: boolean;
  readonly scores: boolean;
  readonly reasons: boolean;
}

const usedMetrics = (items: readonly AcceptedBatch[]): readonly number[] => {
  const used = new Uint8Array(width);
  let missing = width;
  for (const { batch } of items) {
    const { values, rows } = batch;
    for (let position = 0; position < width && missing > 0; position += 1) {
      if (used[position] === 1) continue;
      for (let at = position; at < rows * width; at += width) {
        const value = values[at] ?? Number.NaN;
        if (Number.isNaN(value)) continue;
        used[position] = 1;
        missing -= 1;
        break;
      }
    }
  }
  return [...used.keys()].filter((position) => used[position] === 1);
};

const usedBy = (items: readonly AcceptedBatch[], judgements: readonly Judgement[]): Used => ({
  sensors: items.some(({ batch }) => batch.sensorOf !== null),
  metrics: usedMetrics(items),
  extras: items.some(({ batch }) => batch.extras !== null),
  scores: judgements.length > 0,
  reasons: judgements.some(({ reasons }) => reasons.size > 0),
});

const columnsOf = (used: Used): readonly string[] => [
  ...alwaysThere,
  ...(used.sensors ? ['sensor_id'] : []),
  ...used.metrics.map((position) => knownMetricNames[position] ?? ''),
  ...(used.extras ? ['extra'] : []),
  ...(used.scores ? ['anomaly_score'] : []),
  ...(used.reasons ? ['anomaly_reasons'] : []),
];

const idLength = 16;
/** Room of a row without its texts: at most 20 bytes a field. */
const bytesPerField = 20;

const orAbsent = (value: number, writer: TupleWriter, write: (value: number) => void): void => {
  if (Number.isNaN(value)) writer.absent();
  else write(value);
};

const writeOne = (
  writer: TupleWriter,
  used: Used,
  fields: number,
  { batch, receivedAtMs, ids }: AcceptedBatch,
  judgement: Judgement | undefined,
): void => {
  const { rows, gpuOf, timestampsMs, values, sensorOf, extras } = batch;
  const places = batch.gpus.map(({ gpuId, nodeId }) => ({ gpu: uuidBytes(gpuId), node: uuidBytes(nodeId) }));
  const made = ids === undefined ? rowIds(rows, receivedAtMs) : Buffer.concat(ids.map(uuidBytes));
  const sensorIds = new Map<string, Buffer>();
  const sensorBytes = (id: string): Buffer => {
    const bytes = sensorIds.get(id) ?? uuidBytes(id);
    sensorIds.set(id, bytes);
    return bytes;
  };
  for (let row = 0; row < rows; row += 1) {
    const place = places[gpuOf[row] ?? -1];
    if (place === undefined) throw new Error('A row names a GPU that its batch does not have');
    writer.tuple(fields, fields * bytesPerField);
    writer.uuid(made.subarray(row * idLength, (row + 1) * idLength));
    writer.uuid(place.gpu);
    writer.uuid(place.node);
    writer.text(telemetryType);
    writer.timestamp(timestampsMs[row] ?? 0);
    writer.timestamp(receivedAtMs);
    if (used.sensors) {
      const sensor = sensorOf?.[row] ?? null;
      if (sensor === null) writer.absent();
      else writer.uuid(sensorBytes(sensor));
    }
    const offset = row * width;
    for (const position of used.metrics) {
      const value = values[offset + position] ?? Number.NaN;
      if (Number.isNaN(value)) writer.absent();
      else writer.float8(value);
    }
    if (used.extras) {
      const extra = extras?.[row] ?? null;
      if (extra === null) writer.absent();
      else writer.jsonb(extra);
    }
    if (used.scores) orAbsent(judgement?.scores[row] ?? Number.NaN, writer, writer.float4);
    if (used.reasons) {
      const reasons = judgement?.reasons.get(row);
      if (reasons === undefined) writer.absent();
      else writer.text(reasons);
    }
  }
};

/** The rows of many requests in the binary COPY format, and the columns that they have. */
export const encodeBatches = (
  items: readonly AcceptedBatch[],
  judgements: readonly Judgement[],
): { readonly columns: readonly string[]; readonly data: Buffer } => {
  const used = usedBy(items, judgements);
  const columns = columnsOf(used);
  const rows = items.reduce((sum, { batch }) => sum + batch.rows, 0);
  const writer = createTupleWriter(rows * (64 + columns.length * 12));
  items.forEach((item, index) => writeOne(writer, used, columns.length, item, judgements[index]));
  return { columns, data: writer.finish() };
};

/** Where COPYs of up to `copyRows` rows, each of whole requests and of one at least, begin and end. */
const copiesOf = (
  items: readonly AcceptedBatch[],
  copyRows: number,
): readonly (readonly [number, number])[] => {
  const copies: [number, number][] = [];
  let rows = 0;
  for (const [index, { batch }] of items.entries()) {
    const last = copies.at(-1);
    if (last === undefined || rows + batch.rows > copyRows) {
      copies.push([index, index + 1]);
      rows = batch.rows;
    } else {
      last[1] = index + 1;
      rows += batch.rows;
    }
  }
  return copies;
};

export interface WriteBatchesDeps {
  readonly judge: Judge | undefined;
  /** Records before it are beyond retention. */
  readonly oldestMs: () => number;
  /** Rows of one COPY; a single request with more is one. */
  readonly copyRows: number;
}

/** Judges the rows of many requests, if there is a judge, and stores them with as few COPYs as `copyRows` allows. */
export const writeBatches =
  ({ judge, oldestMs, copyRows }: WriteBatchesDeps) =>
  async (tx: Tx, items: readonly AcceptedBatch[]): Promise<void> => {
    const batches = items.map(({ batch }) => batch);
    try {
      const judgements = judge === undefined ? [] : await judge.judge(tx, batches);
      for (const [from, to] of copiesOf(items, copyRows)) {
        const { columns, data } = encodeBatches(items.slice(from, to), judgements.slice(from, to));
        await tx.copyIn(table, columns, data, 'binary');
      }
      await markLate(tx, lateMinutes(items, oldestMs()));
    } catch (error) {
      judge?.forget(batches);
      throw error;
    }
  };
