import type { Executor } from '../../platform/database/types.ts';
import { deadLetterHeader, queueNames } from '../../platform/queue/index.ts';

export interface MessageRow {
  readonly id: string;
  readonly read_ct: number;
  readonly enqueued_at: Date;
  readonly vt: Date;
  readonly message: unknown;
  readonly headers: Record<string, unknown> | null;
}

export type MessageState = 'ready' | 'delayed' | 'dead';

const columns = 'msg_id::text AS id, read_ct, enqueued_at, vt, message, headers';

/** Messages in the order of their ids, dead letters newest first; nothing is locked and no visibility changes. */
export const peekMessages = async (
  db: Executor,
  queue: string,
  state: MessageState,
  limit: number,
  afterId: string | undefined,
): Promise<MessageRow[]> => {
  const { messages, archive } = queueNames(queue);
  const after = afterId ?? null;
  const sql =
    state === 'dead'
      ? `SELECT ${columns} FROM ${archive}
          WHERE headers ? '${deadLetterHeader}' AND ($1::bigint IS NULL OR msg_id < $1)
          ORDER BY msg_id DESC LIMIT $2`
      : `SELECT ${columns} FROM ${messages}
          WHERE vt ${state === 'ready' ? '<=' : '>'} now() AND ($1::bigint IS NULL OR msg_id > $1)
          ORDER BY msg_id LIMIT $2`;
  return (await db.query<MessageRow>(sql, [after, limit])).rows;
};

/** Empties a queue; answers how many messages it had. */
export const purgeMessages = async (db: Executor, queue: string): Promise<number> => {
  const { rows } = await db.query<{ purged: number }>('SELECT pgmq.purge_queue($1::text) AS purged', [queue]);
  return rows[0]?.purged ?? 0;
};
