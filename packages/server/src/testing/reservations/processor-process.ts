/*
 * A processor in a process of its own, to be killed: `node processor-process.ts CONNECTION DIRECTORY`. It says `ready`
 * and goes on until it is ended.
 */
import { openDatabase, silentLog } from '../../platform/database/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { fileCluster } from './file-runtime.ts';
import { processorDeps, processorOn } from './processor.ts';

const [connectionString = '', directory = ''] = process.argv.slice(2);
const db = await openDatabase({ connectionString, min: 1, max: 8, log: silentLog });
const { runtime } = fileCluster(directory);
const processor = processorOn(await processorDeps(db, { runtime, clock: systemClock(), claimSeconds: 2 }));
await processor.start();
process.stdout.write('ready\n');
process.once('SIGTERM', () => {
  void processor.stop().then(() => db.close());
});
