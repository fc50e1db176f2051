import type { Executor, Tx } from '../database/types.ts';
import { idempotencyTtlHours, type IdempotencyClaim } from './claim.ts';

export type RecordedState = 'running' | 'complete' | 'dropped';

/** An answer kept in pieces, without the pieces. */
export interface RecordedAnswer {
  readonly id: string;
  readonly payloadHash: string;
  readonly state: RecordedState;
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Whoever was making it has been silent for longer than its lease. */
  readonly abandoned: boolean;
}

interface Row {
  readonly id: string;
  readonly payload_hash: string;
  readonly state: RecordedState;
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly abandoned: boolean;
}

/** Reads the answer of a key and locks its row. */
export const findRecorded = async (tx: Tx, claim: IdempotencyClaim): Promise<RecordedAnswer | undefined> => {
  const { rows } = await tx.query<Row>(
    `SELECT id, payload_hash, state, status, headers, state = 'running' AND lease_until <= now() AS abandoned
     FROM recorded_answers
     WHERE principal_id = $1 AND route = $2 AND key = $3 AND expires_at > now() FOR UPDATE`,
    [claim.principalId, claim.route, claim.key],
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : { ...row, payloadHash: row.payload_hash, headers: row.headers ?? {} };
};

/** Begins a new answer for the key, in place of an expired or abandoned one. */
export const beginRecorded = async (
  tx: Tx,
  answer: { readonly id: string; readonly claim: IdempotencyClaim; readonly leaseSeconds: number },
): Promise<void> => {
  const { claim } = answer;
  await tx.query('DELETE FROM recorded_answers WHERE principal_id = $1 AND route = $2 AND key = $3', [
    claim.principalId,
    claim.route,
    claim.key,
  ]);
  await tx.query(
    `INSERT INTO recorded_answers (id, principal_id, route, key, payload_hash, state, lease_until, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, 'running', now() + make_interval(secs => $6), now(), now() + make_interval(hours => $7))`,
    [
      answer.id,
      claim.principalId,
      claim.route,
      claim.key,
      claim.payloadHash,
      answer.leaseSeconds,
      idempotencyTtlHours,
    ],
  );
};

/** Adds a piece and renews the lease; false when the answer was taken over meanwhile. */
export const addPiece = async (
  db: Executor,
  id: string,
  piece: { readonly sequence: number; readonly data: Buffer; readonly leaseSeconds: number },
): Promise<boolean> => {
  const { rowCount } = await db.query(
    `WITH renewed AS (
       UPDATE recorded_answers SET lease_until = now() + make_interval(secs => $4)
       WHERE id = $1 AND state = 'running' RETURNING id)
     INSERT INTO recorded_answer_pieces (answer_id, sequence, data) SELECT id, $2, $3 FROM renewed`,
    [id, piece.sequence, piece.data, piece.leaseSeconds],
  );
  return rowCount === 1;
};

/** Ends a running answer as complete or dropped. */
export const endRecorded = async (
  db: Executor,
  id: string,
  end: {
    readonly state: 'complete' | 'dropped';
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
  },
): Promise<void> => {
  await db.query(
    `UPDATE recorded_answers SET state = $2, status = $3, headers = $4::jsonb WHERE id = $1 AND state = 'running'`,
    [id, end.state, end.status, JSON.stringify(end.headers)],
  );
  if (end.state === 'dropped')
    await db.query('DELETE FROM recorded_answer_pieces WHERE answer_id = $1', [id]);
};

/** Forgets a running answer, so that the key may be used again at once. */
export const forgetRecorded = async (db: Executor, id: string): Promise<void> => {
  await db.query(`DELETE FROM recorded_answers WHERE id = $1 AND state = 'running'`, [id]);
};

/** The next piece of an answer; undefined behind the last. */
export const readPiece = async (db: Executor, id: string, sequence: number): Promise<Buffer | undefined> => {
  const { rows } = await db.query<{ data: Buffer }>(
    'SELECT data FROM recorded_answer_pieces WHERE answer_id = $1 AND sequence = $2',
    [id, sequence],
  );
  return rows[0]?.data;
};

const sweepRows = 1000;

/** Forgets expired answers with their pieces; answers how many. */
export const sweepRecorded = async (db: Executor): Promise<number> => {
  const { rowCount } = await db.query(
    `DELETE FROM recorded_answers WHERE id = ANY (ARRAY(
       SELECT id FROM recorded_answers WHERE expires_at <= now() LIMIT ${String(sweepRows)}))`,
  );
  return rowCount;
};
