import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { createQueueSender, ensureQueue } from './index.ts';

const test = testDatabase();
const program = fileURLToPath(new URL('./testing/effects-process.ts', import.meta.url));

const messages = 10_000;
const kills = 50;
const timeoutMs = 300_000;

const startWorker = async (queue: string): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [program, test.connectionString, queue], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`The worker ended with ${String(code)}`)));
  });
  return child;
};

const kill = async (child: ChildProcess): Promise<void> => {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
};

const count = async (sql: string): Promise<number> => {
  const { rows } = await test.db.query<{ n: number }>(`SELECT count(*) AS n FROM ${sql}`);
  return rows[0]?.n ?? 0;
};

describe('a worker process that is killed at random', () => {
  it(
    'drains its queue with each effect exactly once',
    async () => {
      const queue = 'killed';
      await ensureQueue(test.db, queue);
      // No constraint keeps an effect from happening twice: that is what is to be seen.
      await test.db.query('CREATE TABLE effects (message_id bigint NOT NULL, pid int NOT NULL)');
      const sender = createQueueSender();
      // Spread over the kills, so that none of them meets an empty queue.
      const perRound = Math.ceil(messages / kills);
      let sent = 0;
      for (let round = 0; round < kills; round += 1) {
        const worker = await startWorker(queue);
        const bodies = Array.from({ length: Math.min(perRound, messages - sent) }, (_, n) => sent + n);
        for (let from = 0; from < bodies.length; from += 500) {
          await sender.sendBatch(test.db, queue, bodies.slice(from, from + 500));
        }
        sent += bodies.length;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
        await kill(worker);
      }
      const last = await startWorker(queue);
      while ((await count('pgmq.q_killed')) > 0) await new Promise((resolve) => setTimeout(resolve, 50));
      await kill(last);
      expect(await count('effects')).toBe(messages);
      expect(await count('(SELECT DISTINCT message_id FROM effects) e')).toBe(messages);
      expect(await count('pgmq.a_killed')).toBe(messages);
      // Otherwise the kills hit nobody at work, and the test shows nothing.
      expect(await count('pgmq.a_killed WHERE read_ct > 1')).toBeGreaterThan(0);
    },
    timeoutMs,
  );
});
