import type { FirewallSettings } from '@gpushield/contracts';
import type { Executor, Tx } from '../../../platform/database/types.ts';
import type { CursorPosition } from '../../../platform/http/cursor.ts';
import type { PolicyRow } from './settings.ts';

export interface PolicyRecord extends PolicyRow {
  readonly id: string;
  readonly description: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = `id, model, principal_id AS "principalId", description, settings, created_at AS "createdAt", updated_at AS "updatedAt"`;

/** Told when a policy changes; every replica then reads them anew. */
export const policyChannel = 'firewall_policies';
/** Every replica holds all policies in memory. */
export const policiesMax = 1000;

export const allPolicies = async (db: Executor): Promise<readonly PolicyRecord[]> =>
  (
    await db.query<PolicyRecord>(
      `SELECT ${columns} FROM firewall_policies ORDER BY id LIMIT ${String(policiesMax)}`,
    )
  ).rows;

export const countPolicies = async (db: Executor): Promise<number> =>
  (await db.query<{ count: number }>('SELECT count(*) AS count FROM firewall_policies')).rows[0]?.count ?? 0;

/** Answers false where a policy for the same model and principal is there. */
export const insertPolicy = async (tx: Tx, policy: PolicyRecord): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `INSERT INTO firewall_policies (id, model, principal_id, description, settings, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (model, principal_id) DO NOTHING`,
    [
      policy.id,
      policy.model,
      policy.principalId,
      policy.description,
      JSON.stringify(policy.settings),
      policy.createdAt,
    ],
  );
  await tx.notify(policyChannel, policy.id);
  return rowCount > 0;
};

export const findPolicy = async (db: Executor, id: string): Promise<PolicyRecord | undefined> =>
  (await db.query<PolicyRecord>(`SELECT ${columns} FROM firewall_policies WHERE id = $1`, [id])).rows[0];

export const updatePolicy = async (
  tx: Tx,
  id: string,
  change: { readonly description: string | null; readonly settings: FirewallSettings; readonly now: Date },
): Promise<PolicyRecord | undefined> => {
  const { rows } = await tx.query<PolicyRecord>(
    `UPDATE firewall_policies SET description = coalesce($2, description), settings = $3, updated_at = $4
      WHERE id = $1 RETURNING ${columns}`,
    [id, change.description, JSON.stringify(change.settings), change.now],
  );
  await tx.notify(policyChannel, id);
  return rows[0];
};

export const deletePolicy = async (tx: Tx, id: string): Promise<boolean> => {
  const { rowCount } = await tx.query('DELETE FROM firewall_policies WHERE id = $1', [id]);
  await tx.notify(policyChannel, id);
  return rowCount > 0;
};

export const listPolicies = async (
  db: Executor,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly PolicyRecord[]> => {
  const { rows } = await db.query<PolicyRecord>(
    `SELECT ${columns} FROM firewall_policies
      WHERE ($1::timestamptz IS NULL OR (created_at, id) < ($1, $2::uuid))
      ORDER BY created_at DESC, id DESC LIMIT $3`,
    [after === undefined ? null : new Date(Number(after.sort)), after?.id ?? null, limit],
  );
  return rows;
};
