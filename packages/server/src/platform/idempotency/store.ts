import type { Executor, Tx } from '../database/types.ts';
import { AppError } from '../errors.ts';
import {
  claimId,
  idempotencyTtlHours,
  requireSamePayload,
  type IdempotencyClaim,
  type StoredAnswer,
} from './claim.ts';

interface Row {
  readonly payload_hash: string;
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>> | null;
}

/**
 * Takes the key for this transaction, or throws `idempotency_in_progress` (409) while another one holds it. The lock
 * ends with the transaction, so a crash leaves no key behind that is taken and never answered.
 */
export const lockClaim = async (tx: Tx, claim: IdempotencyClaim): Promise<void> => {
  const { rows } = await tx.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 7)) AS locked',
    [claimId(claim)],
  );
  if (rows[0]?.locked !== true) throw new AppError('idempotency_in_progress');
};

/** The first answer to this key; undefined when there is none. Throws 422 when the payload was another one. */
export const findAnswer = async (
  db: Executor,
  claim: IdempotencyClaim,
): Promise<StoredAnswer | undefined> => {
  const { rows } = await db.query<Row>(
    `SELECT payload_hash, status, body, headers FROM idempotency_keys
     WHERE principal_id = $1 AND route = $2 AND key = $3 AND expires_at > now()`,
    [claim.principalId, claim.route, claim.key],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  requireSamePayload(claim, row.payload_hash);
  return { status: row.status, body: row.body, headers: row.headers ?? {} };
};

/** Keeps the first answer, in the transaction that makes it true. */
export const storeAnswer = async (tx: Tx, claim: IdempotencyClaim, answer: StoredAnswer): Promise<void> => {
  await tx.query(
    `INSERT INTO idempotency_keys (principal_id, route, key, payload_hash, status, body, headers, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, now(), now() + make_interval(hours => $8))
     ON CONFLICT (principal_id, route, key) DO UPDATE
       SET payload_hash = excluded.payload_hash, status = excluded.status, body = excluded.body,
           headers = excluded.headers, created_at = excluded.created_at, expires_at = excluded.expires_at`,
    [
      claim.principalId,
      claim.route,
      claim.key,
      claim.payloadHash,
      answer.status,
      JSON.stringify(answer.body ?? null),
      JSON.stringify(answer.headers),
      idempotencyTtlHours,
    ],
  );
};

/** Rows deleted a sweep: bounded, so that a sweep never holds many locks. */
const sweepRows = 10_000;

/** Forgets expired keys; answers how many. */
export const sweepAnswers = async (db: Executor): Promise<number> => {
  const { rowCount } = await db.query(
    `DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
       SELECT ctid FROM idempotency_keys WHERE expires_at <= now() LIMIT ${String(sweepRows)}))`,
  );
  return rowCount;
};
