import { expect, it } from 'vitest';
import { ensureQueue } from '../../platform/queue/index.ts';
import { testDatabase } from '../../testing/index.ts';
import { placedJob, rowOf } from '../../testing/reservations/jobs.ts';
import { keepLog } from './event-store.ts';
import { logOf } from './job-log.ts';

const database = testDatabase();
const wanted = { rank: 0, tailBytes: 100 };

it('what a job wrote can be read without a gap between its end and the keeping of its log', async () => {
  const { db } = database;
  await ensureQueue(db, 'gpu_reservations');
  const id = await placedJob(db, 'node');
  const says = (text: string) => ({ logs: () => Promise.resolve(text) });
  const gone = { logs: () => Promise.reject(new Error('There is no such workload')) };
  const log = async (runtime: Parameters<typeof logOf>[0]) => logOf(runtime, db, await rowOf(db, id), wanted);
  expect(await log(says('one\n'))).toEqual({ text: 'one\n', truncated: false, kept: false });
  await expect(log(gone)).rejects.toThrow('no such workload');
  await db.query(`UPDATE jobs SET status = 'expired', ended_at = now() WHERE id = $1`, [id]);
  expect(await log(says('one\ntwo\n'))).toEqual({ text: 'one\ntwo\n', truncated: false, kept: false });
  expect(await log(gone)).toEqual({ text: '', truncated: false, kept: true });
  // Kept between the first look and the runtime's answer.
  const keptMeanwhile = {
    logs: async () => {
      await keepLog(db, id, 0, 'one\ntwo\n', false, new Date());
      return '';
    },
  };
  expect(await log(keptMeanwhile)).toEqual({ text: 'one\ntwo\n', truncated: false, kept: true });
  await db.query('UPDATE jobs SET released_at = now() WHERE id = $1', [id]);
  expect(await log(says('another\n'))).toMatchObject({ text: 'one\ntwo\n', kept: true });
});
