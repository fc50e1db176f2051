import type { Executor, Tx } from '../database/types.ts';
import { deadLetterHeader, lastErrorHeader, resentFromHeader } from './dead-letter.ts';
import { queueNames } from './names.ts';

/**
 * Sends dead letters again: those with the given ids, or the oldest where none are given, `limit` at most. They become
 * new messages with new ids and all their attempts, and leave the archive in the same transaction. Answers how many.
 */
export const resendDeadLetters = async (
  tx: Tx | Executor,
  queue: string,
  choice: { readonly ids?: readonly string[]; readonly limit: number },
): Promise<number> => {
  const { messages, archive } = queueNames(queue);
  const { rowCount } = await tx.query(
    `WITH chosen AS (
       SELECT msg_id FROM ${archive}
        WHERE headers ? '${deadLetterHeader}' AND ($1::bigint[] IS NULL OR msg_id = ANY ($1))
        ORDER BY msg_id LIMIT $2 FOR UPDATE SKIP LOCKED
     ), gone AS (
       DELETE FROM ${archive} a USING chosen WHERE a.msg_id = chosen.msg_id
       RETURNING a.msg_id, a.message, a.headers
     )
     INSERT INTO ${messages} (vt, message, headers)
     SELECT clock_timestamp(), message,
            (headers - '${deadLetterHeader}' - '${lastErrorHeader}')
              || jsonb_build_object('${resentFromHeader}', msg_id::text)
       FROM gone ORDER BY msg_id`,
    [choice.ids ?? null, choice.limit],
  );
  return rowCount;
};

/** Deletes dead letters for good, oldest first; answers how many. */
export const purgeDeadLetters = async (tx: Tx | Executor, queue: string, limit: number): Promise<number> => {
  const { archive } = queueNames(queue);
  const { rowCount } = await tx.query(
    `DELETE FROM ${archive} WHERE msg_id IN (
       SELECT msg_id FROM ${archive} WHERE headers ? '${deadLetterHeader}' ORDER BY msg_id LIMIT $1)`,
    [limit],
  );
  return rowCount;
};
