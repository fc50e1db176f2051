import type { Executor } from '../../platform/database/types.ts';
import type { Reason } from './model.ts';

export const findPlace = async (
  db: Executor,
  gpuId: string,
): Promise<{ readonly node_id: string } | undefined> => {
  const { rows } = await db.query<{ node_id: string }>('SELECT node_id FROM gpus WHERE id = $1', [gpuId]);
  return rows[0];
};

/** A GPU's state as it was last written: seconds old, at most. */
export const findState = async (
  db: Executor,
  gpuId: string,
  version: number,
  length: number,
): Promise<Float64Array | undefined> => {
  const { rows } = await db.query<{ state: Buffer }>(
    'SELECT state FROM detection_states WHERE gpu_id = $1 AND version = $2',
    [gpuId, version],
  );
  const bytes = rows[0]?.state;
  return bytes?.byteLength === length * 8 ? new Float64Array(new Uint8Array(bytes).buffer) : undefined;
};

export interface LatestScore {
  readonly timestamp: Date;
  readonly anomaly_score: number | null;
  readonly anomaly_reasons: Reason[] | null;
}

export const findLatest = async (db: Executor, gpuId: string): Promise<LatestScore | undefined> => {
  const { rows } = await db.query<LatestScore>(
    `SELECT "timestamp", anomaly_score, anomaly_reasons FROM telemetry_records
     WHERE gpu_id = $1 ORDER BY "timestamp" DESC, id DESC LIMIT 1`,
    [gpuId],
  );
  return rows[0];
};
