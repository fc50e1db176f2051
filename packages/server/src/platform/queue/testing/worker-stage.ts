import { pino } from 'pino';
import { afterEach } from 'vitest';
import { systemClock, type Clock } from '../../clock.ts';
import { type Database } from '../../database/index.ts';
import { testDatabase } from '../../../testing/index.ts';
import {
  createQueueSender,
  createQueueWorker,
  ensureQueue,
  readDepths,
  type DeliveryResult,
  type QueueWorker,
  type WorkerOptions,
} from '../index.ts';

export interface Started {
  readonly worker: QueueWorker;
  readonly counts: Partial<Record<DeliveryResult, number>>;
}

/** Queues and workers of one test file; workers end with each test. */
export const workerStage = () => {
  const test = testDatabase();
  const sender = createQueueSender();
  const running: QueueWorker[] = [];
  let queues = 0;
  const newQueue = async (): Promise<string> => {
    queues += 1;
    const queue = `test_${queues}`;
    await ensureQueue(test.db, queue);
    return queue;
  };

  afterEach(async () => {
    await Promise.all(running.splice(0).map((worker) => worker.stop(0)));
  });

  const until = async (holds: () => boolean | Promise<boolean>, what: string): Promise<void> => {
    const giveUpMs = performance.now() + 30_000;
    while (!(await holds())) {
      if (performance.now() > giveUpMs) throw new Error(`It never came: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  const start = async (
    options: WorkerOptions,
    own: { db?: Database; clock?: Clock } = {},
  ): Promise<Started> => {
    const counts: Partial<Record<DeliveryResult, number>> = {};
    const worker = createQueueWorker(
      {
        db: own.db ?? test.db,
        clock: own.clock ?? systemClock(),
        log: pino({ level: 'silent' }),
        random: () => 0.5,
        onDeliveries: (_queue, result, n) => {
          counts[result] = (counts[result] ?? 0) + n;
        },
      },
      options,
    );
    running.push(worker);
    await worker.start();
    return { worker, counts };
  };

  const left = async (queue: string) => (await readDepths(test.db, [queue]))[0]?.messages;
  const archived = async (queue: string) =>
    (
      await test.db.query<{ message: unknown; headers: Record<string, unknown> | null; read_ct: number }>(
        `SELECT message, headers, read_ct FROM pgmq.a_${queue} ORDER BY msg_id`,
      )
    ).rows;
  const quick = { firstMs: 1, longestMs: 2 };

  return { test, sender, newQueue, until, start, left, archived, quick };
};
