import type { Executor } from '../../../platform/database/types.ts';

/** Risk halves in this time. */
export const riskHalfLifeSeconds = 1800;
/** After a day nothing is left of it. */
const keptHours = 24;

/**
 * Adds to a session's risk and answers what it is now. Any order of any replicas' calls comes to the same: what was there,
 * decayed, and the new one are joined as 1 − (1 − a)(1 − b).
 */
export const addRisk = async (db: Executor, key: Buffer, added: number, now: Date): Promise<number> => {
  const { rows } = await db.query<{ risk: number }>(
    `INSERT INTO firewall_session_risk AS known (session_key, risk, findings, updated_at) VALUES ($1, $2, 1, $3)
     ON CONFLICT (session_key) DO UPDATE SET
       risk = 1 - (1 - known.risk * power(0.5, greatest(0, extract(epoch FROM $3 - known.updated_at)) / $4)) * (1 - $2),
       findings = known.findings + 1,
       updated_at = greatest(known.updated_at, $3)
     RETURNING risk`,
    [key, added, now, riskHalfLifeSeconds],
  );
  return rows[0]?.risk ?? added;
};

export const forgetOldRisk = async (db: Executor, now: Date): Promise<number> =>
  (
    await db.query(
      `DELETE FROM firewall_session_risk WHERE session_key IN
       (SELECT session_key FROM firewall_session_risk WHERE updated_at < $1 LIMIT 10000)`,
      [new Date(now.getTime() - keptHours * 3_600_000)],
    )
  ).rowCount;
