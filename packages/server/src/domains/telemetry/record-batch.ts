import type { Tx } from '../../platform/database/types.ts';

/** One GPU that a batch speaks of. Ids are UUIDs in lower case. */
export interface BatchGpu {
  readonly gpuId: string;
  readonly nodeId: string;
}

/**
 * Telemetry in columns: what every way in (REST, OTLP) makes of a request, and what detection and COPY read. Rows passed
 * every check. Arrays are longer than `rows` where their maker over-allocated.
 */
export interface RecordBatch {
  readonly rows: number;
  /** The distinct GPUs of the batch. */
  readonly gpus: readonly BatchGpu[];
  /** Row → index in `gpus`. */
  readonly gpuOf: Uint32Array;
  /** Row → sensor id; null where no row names one. */
  readonly sensorOf: readonly (string | null)[] | null;
  /** Row → milliseconds since the epoch. */
  readonly timestampsMs: Float64Array;
  /** `rows` × `knownMetricNames.length`, row after row, in the vocabulary's units; NaN: absent. */
  readonly values: Float64Array;
  /** Row → JSON text (ASCII) of the metrics outside of the vocabulary; null where no row has any. */
  readonly extras: readonly (string | null)[] | null;
}

/** What detection says of the rows of one batch. */
export interface Judgement {
  /** Row → 0..1; NaN: not judged (warm-up, late, switched off). */
  readonly scores: Float32Array;
  /** Row → JSON text of the reasons, for rows at or above the threshold alone. */
  readonly reasons: ReadonlyMap<number, string>;
}

/** Judges rows in the transaction that stores them, so that a record, its score and its alert are one commit. */
export interface Judge {
  /**
   * Called once for each transaction, before its COPY; batches in the order in which they were accepted. Raises and
   * settles alerts on `tx`. Throws what the statements throw, and nothing else: then nothing is stored.
   */
  judge(tx: Tx, batches: readonly RecordBatch[]): Promise<readonly Judgement[]>;
  /** The transaction of these batches failed: what was learned from them must not stay. They may be judged again. */
  forget(batches: readonly RecordBatch[]): void;
}
