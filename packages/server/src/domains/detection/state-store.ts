import { knownMetricNames } from '@gpushield/contracts';
import type { Executor, Tx } from '../../platform/database/types.ts';

/**
 * Takes the heads of these nodes for this transaction, in one order everywhere; answers each node's token of before, null
 * for a node that was never judged. A node that is gone is absent.
 */
export const takeHeads = async (
  tx: Tx,
  nodeIds: readonly string[],
  token: string,
): Promise<ReadonlyMap<string, string | null>> => {
  const { rows } = await tx.prepared<{ node_id: string; previous: string | null }>(
    'detection_take_heads',
    `INSERT INTO detection_heads AS head (node_id, token, heard_at)
     SELECT nodes.id, $2::uuid, now() FROM unnest($1::uuid[]) AS wanted (id) JOIN nodes USING (id) ORDER BY nodes.id
     ON CONFLICT (node_id) DO UPDATE SET previous = head.token, token = EXCLUDED.token,
       heard_at = EXCLUDED.heard_at
     RETURNING node_id, previous`,
    [nodeIds, token],
  );
  return new Map(rows.map(({ node_id: nodeId, previous }) => [nodeId, previous]));
};

export interface StoredState {
  readonly gpuId: string;
  readonly nodeId: string;
  readonly state: Buffer;
}

/** The states of these nodes' GPUs, of this version alone. */
export const loadStates = async (
  db: Executor,
  nodeIds: readonly string[],
  version: number,
): Promise<readonly StoredState[]> => {
  const { rows } = await db.query<StoredState>(
    `SELECT states.gpu_id AS "gpuId", states.node_id AS "nodeId", states.state
     FROM detection_states AS states JOIN gpus ON gpus.id = states.gpu_id AND gpus.node_id = states.node_id
     WHERE states.node_id = ANY ($1::uuid[]) AND states.version = $2`,
    [nodeIds, version],
  );
  return rows;
};

export interface ReplayRow {
  readonly gpu_id: string;
  readonly timestamp: Date;
}
/** More records than a GPU ever learns from between two writes of its state. */
const maxReplay = 512;
const names = knownMetricNames.join(', ');

/** The records that these nodes' states have not seen, in the order in which they were judged. */
export const loadUnseen = async (
  db: Executor,
  nodeIds: readonly string[],
  version: number,
): Promise<readonly (ReplayRow & Readonly<Record<string, unknown>>)[]> => {
  const { rows } = await db.query<ReplayRow & Record<string, unknown>>(
    `SELECT unseen.* FROM detection_states AS states
     CROSS JOIN LATERAL (
       SELECT DISTINCT ON ("timestamp") gpu_id, "timestamp", ${names} FROM telemetry_records AS records
       WHERE records.gpu_id = states.gpu_id AND records."timestamp" > states.last_at
       ORDER BY "timestamp", id LIMIT ${maxReplay}
     ) AS unseen
     WHERE states.node_id = ANY ($1::uuid[]) AND states.version = $2
     ORDER BY unseen."timestamp", unseen.gpu_id`,
    [nodeIds, version],
  );
  return rows;
};

export interface StateToWrite {
  readonly gpuId: string;
  readonly nodeId: string;
  readonly lastMs: number;
  readonly state: Float64Array;
}

const bytesOf = (state: Float64Array): Buffer =>
  Buffer.from(state.buffer, state.byteOffset, state.byteLength);

/** Writes states; those of GPUs that are gone are left out. */
export const writeStates = async (
  tx: Tx,
  states: readonly StateToWrite[],
  version: number,
): Promise<void> => {
  await tx.prepared(
    'detection_write_states',
    `INSERT INTO detection_states (gpu_id, node_id, version, last_at, state)
     SELECT gpus.id, given.node_id, $5, to_timestamp(given.last_ms / 1000.0), given.state
     FROM unnest($1::uuid[], $2::uuid[], $3::float8[], $4::bytea[]) AS given (gpu_id, node_id, last_ms, state)
     JOIN gpus ON gpus.id = given.gpu_id
     ORDER BY gpus.id
     ON CONFLICT (gpu_id) DO UPDATE SET node_id = EXCLUDED.node_id, version = EXCLUDED.version,
       last_at = EXCLUDED.last_at, state = EXCLUDED.state`,
    [
      states.map(({ gpuId }) => gpuId),
      states.map(({ nodeId }) => nodeId),
      states.map(({ lastMs }) => lastMs),
      states.map(({ state }) => bytesOf(state)),
      version,
    ],
  );
};
