import type { Executor, Tx } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import type { Family } from './families.ts';
import type { Reason } from './model.ts';

export interface FindingRow {
  readonly gpu_id: string;
  readonly family: Family;
  readonly node_id: string;
  readonly fingerprint: string;
  readonly alert_id: string;
  readonly active: boolean;
  readonly score: number;
  readonly detectors: readonly string[];
  readonly reasons: readonly Reason[];
  readonly first_at: Date;
  readonly last_at: Date;
}

/** The finding of a GPU, whatever its state. */
export const findFinding = async (
  db: Executor,
  gpuId: string,
  family: Family,
): Promise<FindingRow | undefined> => {
  const { rows } = await db.query<FindingRow>(
    'SELECT * FROM detection_findings WHERE gpu_id = $1 AND family = $2',
    [gpuId, family],
  );
  return rows[0];
};

/** GPUs of a node in the same trouble now, the first one first; at most 64. */
export const activeOfNode = async (
  db: Executor,
  nodeId: string,
  family: Family,
): Promise<readonly FindingRow[]> => {
  const { rows } = await db.query<FindingRow>(
    `SELECT * FROM detection_findings WHERE node_id = $1 AND family = $2 AND active
     ORDER BY first_at, gpu_id LIMIT 64`,
    [nodeId, family],
  );
  return rows;
};

/** Findings of a family that go on, longest unheard of first, locked; those that another transaction holds are left out. */
export const lockActive = async (tx: Tx, family: Family, limit: number): Promise<readonly FindingRow[]> => {
  const { rows } = await tx.query<FindingRow>(
    `SELECT * FROM detection_findings WHERE family = $1 AND active
     ORDER BY last_at, gpu_id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`,
    [family, limit],
  );
  return rows;
};

export const putFinding = async (tx: Tx, row: FindingRow): Promise<void> => {
  await tx.query(
    `INSERT INTO detection_findings
       (gpu_id, family, node_id, fingerprint, alert_id, active, score, detectors, reasons, first_at, last_at)
     SELECT gpus.id, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 FROM gpus WHERE gpus.id = $1
     ON CONFLICT (gpu_id, family) DO UPDATE SET node_id = EXCLUDED.node_id, fingerprint = EXCLUDED.fingerprint,
       alert_id = EXCLUDED.alert_id, active = EXCLUDED.active, score = EXCLUDED.score,
       detectors = EXCLUDED.detectors, reasons = EXCLUDED.reasons, first_at = EXCLUDED.first_at,
       last_at = EXCLUDED.last_at`,
    [
      row.gpu_id,
      row.family,
      row.node_id,
      row.fingerprint,
      row.alert_id,
      row.active,
      row.score,
      row.detectors,
      JSON.stringify(row.reasons),
      row.first_at,
      row.last_at,
    ],
  );
};

/** What a GPU is called by people; undefined where it is gone or stands on another node now. */
export const describeGpu = async (
  db: Executor,
  gpuId: string,
  nodeId: string,
): Promise<{ readonly model: string; readonly device: string; readonly node: string } | undefined> => {
  const { rows } = await db.query<{ model: string; device: string; node: string }>(
    `SELECT gpus.model, gpus.device_id AS device, nodes.name AS node
     FROM gpus JOIN nodes ON nodes.id = gpus.node_id WHERE gpus.id = $1 AND nodes.id = $2`,
    [gpuId, nodeId],
  );
  return rows[0];
};

export interface FindingFilter {
  readonly active?: boolean | undefined;
  readonly node_id?: string | undefined;
  readonly gpu_id?: string | undefined;
  readonly family?: string | undefined;
}

/** A finding, and what people call its GPU and its node; the node may be gone. */
export interface ListedFinding extends FindingRow {
  readonly gpu_name: string;
  readonly node_name: string | null;
}

/** Newest first, keyset by (last_at, gpu_id). A GPU's findings of one moment are never parted: both sort by family. */
export const listFindings = async (
  db: Executor,
  filter: FindingFilter,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly ListedFinding[]> => {
  const [afterGpu = null, afterFamily = null] = after?.id.split('/') ?? [];
  const { rows } = await db.query<ListedFinding>(
    `SELECT findings.*, gpus.model || ' (' || gpus.device_id || ')' AS gpu_name, nodes.name AS node_name
     FROM detection_findings AS findings JOIN gpus ON gpus.id = findings.gpu_id
     LEFT JOIN nodes ON nodes.id = findings.node_id
     WHERE ($1::boolean IS NULL OR active = $1) AND ($2::uuid IS NULL OR findings.node_id = $2)
       AND ($3::uuid IS NULL OR gpu_id = $3) AND ($4::text IS NULL OR family = $4)
       AND ($5::timestamptz IS NULL OR (last_at, gpu_id, family) < ($5, $6::uuid, $7::text))
     ORDER BY last_at DESC, gpu_id DESC, family DESC LIMIT $8`,
    [
      filter.active ?? null,
      filter.node_id ?? null,
      filter.gpu_id ?? null,
      filter.family ?? null,
      after === undefined ? null : new Date(Number(after.sort)),
      afterGpu,
      afterFamily,
      limit,
    ],
  );
  return rows;
};
