import type { Inventory } from '@gpushield/contracts';
import type { Executor, Tx } from '../../platform/database/types.ts';
import type { DriftEntry, Item } from './types.ts';

/** What decides whether a report says anything new; small, unlike the documents. */
export interface InventoryHead {
  readonly nodeId: string;
  readonly digest: string;
  readonly driftCount: number;
}

export interface InventoryRecord {
  readonly sensorId: string;
  readonly nodeId: string;
  readonly collectedAt: Date;
  readonly receivedAt: Date;
  readonly baselineAt: Date;
  readonly inventory: Inventory;
  readonly observed: readonly Item[];
  readonly baseline: readonly Item[];
  readonly drift: readonly DriftEntry[];
}

const columns = `sensor_id AS "sensorId", node_id AS "nodeId", collected_at AS "collectedAt",
  received_at AS "receivedAt", baseline_at AS "baselineAt", inventory, observed, baseline, drift`;

export interface FirstReport {
  readonly sensorId: string;
  readonly nodeId: string;
  readonly digest: string;
  readonly inventory: Inventory;
  readonly collectedAt: Date;
  readonly now: Date;
  readonly items: readonly Item[];
  readonly by: string;
}

/** Stores a sensor's first report as its baseline; answers false when there is one already. */
export const insertFirst = async (tx: Tx, first: FirstReport): Promise<boolean> => {
  const items = JSON.stringify(first.items);
  const { rowCount } = await tx.query(
    `INSERT INTO inventories (sensor_id, node_id, digest, drift_count, collected_at, received_at, baseline_at,
        baseline_by, inventory, observed, baseline, drift)
     VALUES ($1, $2, $3, 0, $4, $5, $5, $6, $7, $8, $8, '[]') ON CONFLICT (sensor_id) DO NOTHING`,
    [
      first.sensorId,
      first.nodeId,
      first.digest,
      first.collectedAt,
      first.now,
      first.by,
      JSON.stringify(first.inventory),
      items,
    ],
  );
  return rowCount === 1;
};

/** Locks the sensor's row: reports of one sensor are judged one after another, on whichever replica. */
export const lockHead = async (tx: Tx, sensorId: string): Promise<InventoryHead | undefined> =>
  (
    await tx.query<InventoryHead>(
      `SELECT node_id AS "nodeId", digest, drift_count AS "driftCount" FROM inventories WHERE sensor_id = $1 FOR UPDATE`,
      [sensorId],
    )
  ).rows[0];

/** Sensors that reported for a node, the latest first. */
export const listReporters = async (tx: Tx, nodeId: string, limit: number): Promise<readonly string[]> => {
  const { rows } = await tx.query<{ id: string }>(
    'SELECT sensor_id AS id FROM inventories WHERE node_id = $1 ORDER BY received_at DESC LIMIT $2',
    [nodeId, limit],
  );
  return rows.map(({ id }) => id);
};

/** Gives the row of a sensor that is gone to another one; answers false when somebody else did so first. */
export const takeOver = async (tx: Tx, from: string, to: string): Promise<boolean> => {
  const { rowCount } = await tx.query('UPDATE inventories SET sensor_id = $2 WHERE sensor_id = $1', [
    from,
    to,
  ]);
  return rowCount === 1;
};

/** Deletes rows of deleted sensors whose node has not reported since `before`. */
export const deleteOrphansBefore = async (db: Executor, before: Date): Promise<void> => {
  await db.query(
    `DELETE FROM inventories WHERE received_at < $1
       AND NOT EXISTS (SELECT 1 FROM sensors WHERE sensors.id = inventories.sensor_id)`,
    [before],
  );
};

/** Locks all rows of a node, in one order. */
export const lockNode = async (tx: Tx, nodeId: string): Promise<void> => {
  await tx.query('SELECT 1 FROM inventories WHERE node_id = $1 ORDER BY sensor_id FOR UPDATE', [nodeId]);
};

export const findInventory = async (db: Executor, sensorId: string): Promise<InventoryRecord | undefined> =>
  (await db.query<InventoryRecord>(`SELECT ${columns} FROM inventories WHERE sensor_id = $1`, [sensorId]))
    .rows[0];

/** Inventories of a node that drift from their baseline, in the order of `lockNode`. */
export const listDrifting = async (tx: Tx, nodeId: string): Promise<readonly InventoryRecord[]> =>
  (
    await tx.query<InventoryRecord>(
      `SELECT ${columns} FROM inventories WHERE node_id = $1 AND drift_count > 0 ORDER BY sensor_id`,
      [nodeId],
    )
  ).rows;

/** A report that says what the last one said. */
export const touchInventory = async (
  tx: Tx,
  sensorId: string,
  collectedAt: Date,
  now: Date,
): Promise<void> => {
  await tx.query('UPDATE inventories SET collected_at = $2, received_at = $3 WHERE sensor_id = $1', [
    sensorId,
    collectedAt,
    now,
  ]);
};

export interface Judged {
  readonly sensorId: string;
  readonly nodeId: string;
  readonly digest: string;
  readonly collectedAt: Date;
  readonly now: Date;
  readonly inventory: Inventory;
  readonly observed: readonly Item[];
  readonly baseline: readonly Item[];
  readonly drift: readonly DriftEntry[];
}

export const storeJudged = async (tx: Tx, judged: Judged): Promise<void> => {
  await tx.query(
    `UPDATE inventories SET node_id = $2, digest = $3, collected_at = $4, received_at = $5, inventory = $6,
        observed = $7, baseline = $8, drift = $9, drift_count = $10
     WHERE sensor_id = $1`,
    [
      judged.sensorId,
      judged.nodeId,
      judged.digest,
      judged.collectedAt,
      judged.now,
      JSON.stringify(judged.inventory),
      JSON.stringify(judged.observed),
      JSON.stringify(judged.baseline),
      JSON.stringify(judged.drift),
      judged.drift.length,
    ],
  );
};

/** A person declares what is right; `drift` is what remains. */
export const storeBaseline = async (
  tx: Tx,
  change: {
    readonly sensorId: string;
    readonly baseline: readonly Item[];
    readonly drift: readonly DriftEntry[];
    readonly now: Date;
    readonly by: string;
  },
): Promise<void> => {
  await tx.query(
    `UPDATE inventories SET baseline = $2, drift = $3, drift_count = $4, baseline_at = $5, baseline_by = $6
     WHERE sensor_id = $1`,
    [
      change.sensorId,
      JSON.stringify(change.baseline),
      JSON.stringify(change.drift),
      change.drift.length,
      change.now,
      change.by,
    ],
  );
};
