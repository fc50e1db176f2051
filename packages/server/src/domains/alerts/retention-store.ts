import type { Executor } from '../../platform/database/types.ts';

/** Closed alerts and, with them, their histories and mutes. */
export const deleteClosed = async (db: Executor, before: Date, limit: number): Promise<number> =>
  (
    await db.query(
      `DELETE FROM alerts WHERE id IN (
         SELECT id FROM alerts WHERE resolved_at IS NOT NULL AND resolved_at < $1
           AND NOT EXISTS (SELECT FROM alert_mutes WHERE alert_id = alerts.id)
         ORDER BY resolved_at LIMIT $2)`,
      [before, limit],
    )
  ).rowCount;

export const deleteEndedMutes = async (db: Executor, now: Date, limit: number): Promise<number> =>
  (
    await db.query(
      `DELETE FROM alert_mutes WHERE fingerprint IN (
         SELECT fingerprint FROM alert_mutes WHERE muted_until <= $1 LIMIT $2)`,
      [now, limit],
    )
  ).rowCount;

export const deleteEndedSilences = async (db: Executor, before: Date, limit: number): Promise<number> =>
  (
    await db.query(
      `DELETE FROM alert_silences WHERE id IN (SELECT id FROM alert_silences WHERE ends_at < $1 LIMIT $2)`,
      [before, limit],
    )
  ).rowCount;
