import type { DetectionMaintenance, DetectionSwitch } from '@gpushield/contracts';
import type { Executor, Tx } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import type { TargetKind } from './switches.ts';

interface SwitchRow {
  readonly target_kind: TargetKind;
  readonly target_id: string;
  readonly enabled: boolean;
  readonly detectors_off: string[];
  readonly threshold: number | null;
  readonly changed_by: string;
  readonly changed_at: Date;
}

export const presentSwitch = (row: SwitchRow): DetectionSwitch => ({
  target: row.target_kind,
  id: row.target_id,
  enabled: row.enabled,
  detectors_off: row.detectors_off,
  threshold: row.threshold,
  changed_by: row.changed_by,
  changed_at: row.changed_at.toISOString(),
});

export const putSwitch = async (
  tx: Tx,
  { target, id, enabled, ...rest }: Omit<DetectionSwitch, 'changed_at'> & { readonly changed_at: Date },
): Promise<SwitchRow | undefined> => {
  const { rows } = await tx.query<SwitchRow>(
    `INSERT INTO detection_switches
       (target_kind, target_id, enabled, detectors_off, threshold, changed_by, changed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (target_kind, target_id) DO UPDATE SET enabled = EXCLUDED.enabled,
       detectors_off = EXCLUDED.detectors_off, threshold = EXCLUDED.threshold,
       changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at
     RETURNING *`,
    [target, id, enabled, rest.detectors_off, rest.threshold, rest.changed_by, rest.changed_at],
  );
  return rows[0];
};

export const deleteSwitch = async (tx: Tx, target: TargetKind, id: string): Promise<boolean> => {
  const { rowCount } = await tx.query(
    'DELETE FROM detection_switches WHERE target_kind = $1 AND target_id = $2',
    [target, id],
  );
  return rowCount > 0;
};

/** Newest first, keyset by (changed_at, target_id); a node and a GPU never share an id. */
export const listSwitches = async (
  db: Executor,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly SwitchRow[]> => {
  const { rows } = await db.query<SwitchRow>(
    `SELECT * FROM detection_switches
     WHERE $1::timestamptz IS NULL OR (changed_at, target_id) < ($1, $2::uuid)
     ORDER BY changed_at DESC, target_id DESC LIMIT $3`,
    [after === undefined ? null : new Date(Number(after.sort)), after?.id ?? null, limit],
  );
  return rows;
};

export const switchPosition = (row: SwitchRow): CursorPosition => ({
  sort: String(row.changed_at.getTime()),
  id: row.target_id,
});

interface MaintenanceRow {
  readonly id: string;
  readonly target_kind: TargetKind;
  readonly target_id: string;
  readonly reason: string;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly created_by: string;
  readonly created_at: Date;
}

export const presentMaintenance = (row: MaintenanceRow): DetectionMaintenance => ({
  id: row.id,
  target: row.target_kind,
  target_id: row.target_id,
  reason: row.reason,
  starts_at: row.starts_at.toISOString(),
  ends_at: row.ends_at.toISOString(),
  created_by: row.created_by,
  created_at: row.created_at.toISOString(),
});

export const insertMaintenance = async (tx: Tx, row: MaintenanceRow): Promise<void> => {
  await tx.query(
    `INSERT INTO detection_maintenance
       (id, target_kind, target_id, reason, starts_at, ends_at, created_by, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      row.id,
      row.target_kind,
      row.target_id,
      row.reason,
      row.starts_at,
      row.ends_at,
      row.created_by,
      row.created_at,
    ],
  );
};

/** Ends a window now: one that has not begun is as if it never was, one that has ended stays as it is. */
export const endMaintenance = async (tx: Tx, id: string, now: Date): Promise<MaintenanceRow | undefined> => {
  const { rows } = await tx.query<MaintenanceRow>(
    `UPDATE detection_maintenance SET ends_at = LEAST(ends_at, GREATEST($2, starts_at + interval '1 ms'))
     WHERE id = $1 RETURNING *`,
    [id, now],
  );
  return rows[0];
};

export const listMaintenance = async (
  db: Executor,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly MaintenanceRow[]> => {
  const { rows } = await db.query<MaintenanceRow>(
    `SELECT * FROM detection_maintenance
     WHERE $1::timestamptz IS NULL OR (created_at, id) < ($1, $2::uuid)
     ORDER BY created_at DESC, id DESC LIMIT $3`,
    [after === undefined ? null : new Date(Number(after.sort)), after?.id ?? null, limit],
  );
  return rows;
};

export const maintenancePosition = (row: MaintenanceRow): CursorPosition => ({
  sort: String(row.created_at.getTime()),
  id: row.id,
});

/** Whether a target is there. */
export const targetExists = async (db: Executor, target: TargetKind, id: string): Promise<boolean> => {
  if (target === 'fleet') return true;
  const table = target === 'node' ? 'nodes' : 'gpus';
  const { rowCount } = await db.query(`SELECT 1 FROM ${table} WHERE id = $1`, [id]);
  return rowCount > 0;
};
