// A process that delivers webhooks until it is killed: `standardwebhooks-worker.ts <connection string> <port>`.
import { pino } from 'pino';
import { systemClock } from '../../packages/server/src/platform/clock.ts';
import { openDatabase, silentLog } from '../../packages/server/src/platform/database/index.ts';
import { createQueueWorker, type WorkerOptions } from '../../packages/server/src/platform/queue/index.ts';
import { webhooksRig } from '../../packages/server/src/platform/webhooks/testing/rig.ts';

const [connectionString = '', port = ''] = process.argv.slice(2);
const db = await openDatabase({ connectionString, log: silentLog });
const deps = { db, clock: systemClock(), log: pino({ level: 'silent' }), random: Math.random };
// What a killed worker held comes back when its visibility ends: soon, for the test's sake.
const makeWorker = (options: WorkerOptions) => createQueueWorker(deps, { ...options, visibilitySeconds: 3 });
await webhooksRig(db, [Number(port)], { makeWorker }).webhooks.start();
