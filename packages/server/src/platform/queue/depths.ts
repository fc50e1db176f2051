import { setTimeout as sleep } from 'node:timers/promises';
import type { Executor } from '../database/types.ts';
import { deadLetterHeader } from './dead-letter.ts';
import { isQueueName, queueNames } from './names.ts';
import type { QueueDepth } from './types.ts';

/** Queues that are looked at: the server makes a dozen, and each is a label of its metrics. */
const maxQueues = 200;

interface DepthRow {
  readonly queue: string;
  readonly messages: number;
  readonly visible: number;
  readonly oldest: number | null;
  readonly sent: number;
  readonly dead: number;
}

/** The names of the queues that carry names of this server's kind, in order. */
export const listQueueNames = async (db: Executor): Promise<string[]> => {
  const { rows } = await db.query<{ name: string }>(
    'SELECT queue_name::text AS name FROM pgmq.list_queues() ORDER BY 1 LIMIT $1',
    [maxQueues],
  );
  return rows.map(({ name }) => name).filter(isQueueName);
};

// The index of dead letters is of our own queues only; others' archives are not walked through for it.
const depthSql = (queue: string): string => {
  const { archive, deadIndex } = queueNames(queue);
  return `SELECT queue_name AS queue, queue_length AS messages, queue_visible_length AS visible,
                 oldest_msg_age_sec AS oldest, total_messages AS sent,
                 CASE WHEN to_regclass('pgmq.${deadIndex}') IS NULL THEN 0
                      ELSE (SELECT count(*) FROM ${archive} WHERE headers ? '${deadLetterHeader}') END AS dead
            FROM pgmq.metrics('${queue}')`;
};

/** How the given queues stand. A queue that is not there fails with 42P01. */
export const readDepths = async (db: Executor, queues: readonly string[]): Promise<QueueDepth[]> => {
  if (queues.length === 0) return [];
  const { rows } = await db.query<DepthRow>(queues.map(depthSql).join('\nUNION ALL\n'), []);
  return rows.map(({ queue, messages, visible, oldest, sent, dead }) => ({
    queue,
    messages,
    visible,
    oldestAgeSeconds: oldest,
    sent,
    deadLetters: dead,
  }));
};

/** Whether the queues can be reached within the time: their schema answers, on the connections that workers use. */
export const pingQueues = (db: Executor, timeoutMs: number): Promise<boolean> =>
  Promise.race([
    listQueueNames(db).then(
      () => true,
      () => false,
    ),
    sleep(timeoutMs, false, { ref: false }),
  ]);

/** How all queues stand. */
export const readAllDepths = async (db: Executor): Promise<QueueDepth[]> =>
  readDepths(db, await listQueueNames(db));
