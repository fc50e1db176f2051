import type { Tx } from '../database/types.ts';
import { claimId, idempotencyTtlHours, type IdempotencyClaim, type StoredAnswer } from './claim.ts';

/** A claim with the answer that becomes true with the transaction. */
export interface AnsweredClaim {
  readonly claim: IdempotencyClaim;
  readonly answer: StoredAnswer;
}

/** A first answer that an earlier transaction stored; compare the payload before it is given to anyone. */
export interface EarlierAnswer extends StoredAnswer {
  readonly payloadHash: string;
}

interface KeyRow {
  readonly principal_id: string;
  readonly route: string;
  readonly key: string;
}

interface AnswerRow extends KeyRow {
  readonly payload_hash: string;
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>> | null;
}

const idOfRow = (row: KeyRow): string =>
  claimId({ principalId: row.principal_id, route: row.route, key: row.key });

const namesOf = ({ principalId, route, key }: IdempotencyClaim) => ({
  principal_id: principalId,
  route,
  key,
});

// Rows go in sorted by their key, so that two transactions with the same keys wait for each other in one order and
// cannot deadlock. One that waits here for another replica's commit then sees its row as a conflict.
const claimSql = `
  INSERT INTO idempotency_keys (principal_id, route, key, payload_hash, status, body, headers, created_at, expires_at)
  SELECT principal_id, route, key, payload_hash, status, body, headers, now(), now() + make_interval(hours => $2)
  FROM jsonb_to_recordset($1::jsonb)
    AS claim (principal_id text, route text, key text, payload_hash text, status int, body jsonb, headers jsonb)
  ORDER BY principal_id, route, key
  ON CONFLICT (principal_id, route, key) DO UPDATE
    SET payload_hash = excluded.payload_hash, status = excluded.status, body = excluded.body,
        headers = excluded.headers, created_at = excluded.created_at, expires_at = excluded.expires_at
    WHERE idempotency_keys.expires_at <= now()
  RETURNING principal_id, route, key`;

const findSql = `
  SELECT principal_id, route, key, payload_hash, status, body, headers
  FROM idempotency_keys
  WHERE (principal_id, route, key) IN (
    SELECT principal_id, route, key FROM jsonb_to_recordset($1::jsonb) AS claim (principal_id text, route text, key text))`;

/**
 * Takes many keys for this transaction and stores their answers with it. Answers those that an earlier transaction had
 * taken, by `claimId`: what they stand for must not be done again.
 */
export const storeAnswers = async (
  tx: Tx,
  claims: readonly AnsweredClaim[],
): Promise<ReadonlyMap<string, EarlierAnswer>> => {
  const wanted = claims.map(({ claim, answer }) => ({
    ...namesOf(claim),
    payload_hash: claim.payloadHash,
    status: answer.status,
    body: answer.body,
    headers: answer.headers,
  }));
  const { rows: taken } = await tx.query<KeyRow>(claimSql, [JSON.stringify(wanted), idempotencyTtlHours]);
  if (taken.length === claims.length) return new Map();
  const ours = new Set(taken.map(idOfRow));
  const lost = claims.map(({ claim }) => claim).filter((claim) => !ours.has(claimId(claim)));
  const { rows } = await tx.query<AnswerRow>(findSql, [JSON.stringify(lost.map(namesOf))]);
  return new Map(
    rows.map((row) => [
      idOfRow(row),
      { payloadHash: row.payload_hash, status: row.status, body: row.body, headers: row.headers ?? {} },
    ]),
  );
};

const amendSql = `
  UPDATE idempotency_keys SET status = claim.status, body = claim.body
  FROM jsonb_to_recordset($1::jsonb) AS claim (principal_id text, route text, key text, status int, body jsonb)
  WHERE (idempotency_keys.principal_id, idempotency_keys.route, idempotency_keys.key)
      = (claim.principal_id, claim.route, claim.key)`;

/** Replaces answers that this transaction stored, once it knows them better. */
export const amendAnswers = async (tx: Tx, claims: readonly AnsweredClaim[]): Promise<void> => {
  const wanted = claims.map(({ claim, answer: { status, body } }) => ({ ...namesOf(claim), status, body }));
  await tx.query(amendSql, [JSON.stringify(wanted)]);
};
