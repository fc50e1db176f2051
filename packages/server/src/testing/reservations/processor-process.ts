/*
 * A processor in a process of its own, to be killed: `node processor-process.ts CONNECTION DIRECTORY [host]`. Jobs are
 * files, or with `host` run on this host. It says `ready` and goes on until it is ended.
 */
import { pino } from 'pino';
import { createLocalRuntime } from '../../domains/reservations/index.ts';
import { openDatabase, silentLog } from '../../platform/database/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { fileCluster } from './file-runtime.ts';
import { processorDeps, processorOn } from './processor.ts';

const [connectionString = '', directory = '', kind = 'files'] = process.argv.slice(2);
const db = await openDatabase({ connectionString, min: 1, max: 8, log: silentLog });
const clock = systemClock();
const runtime =
  kind === 'host'
    ? createLocalRuntime({
        root: directory,
        sshAddress: '127.0.0.1',
        ownDirectories: [],
        clock,
        log: pino({ level: 'silent' }),
      })
    : fileCluster(directory).runtime;
await runtime.start();
const processor = processorOn(await processorDeps(db, { runtime, clock, claimSeconds: 2 }));
await processor.start();
process.stdout.write('ready\n');
process.once('SIGTERM', () => {
  void processor
    .stop()
    .then(() => runtime.stop())
    .then(() => db.close());
});
