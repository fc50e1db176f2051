/*
 * A worker process that a test kills: writes the effect of each message, once, in the transaction that ends it.
 * `node effects-process.ts <connection string> <queue>`.
 */
import { pino } from 'pino';
import { systemClock } from '../../clock.ts';
import { openDatabase, silentLog } from '../../database/index.ts';
import { createQueueWorker } from '../index.ts';

const [, , connectionString, queue] = process.argv;
if (connectionString === undefined || queue === undefined) throw new Error('Two arguments are needed');
const db = await openDatabase({ connectionString, log: silentLog, max: 6 });
const worker = createQueueWorker(
  { db, clock: systemClock(), log: pino({ level: 'silent' }), random: Math.random },
  {
    queue,
    concurrency: 4,
    visibilitySeconds: 1,
    maxAttempts: 1_000,
    handleInTransaction: async (message, tx) => {
      await tx.query('INSERT INTO effects (message_id, pid) VALUES ($1, $2)', [message.id, process.pid]);
      return { kind: 'done' };
    },
  },
);
await worker.start();
process.stdout.write('started\n');
