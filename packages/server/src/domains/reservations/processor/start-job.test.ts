import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../../testing/index.ts';
import { placedJob, rowOf } from '../../../testing/reservations/jobs.ts';
import {
  fakeRuntime,
  handClock,
  processorDeps,
  runningJob,
} from '../../../testing/reservations/processor.ts';
import type { WorkloadState } from '../runtime/port.ts';
import { reconcileJob } from './reconcile-job.ts';

const database = testDatabase();

describe('a job whose node went away while it was started', () => {
  it('is asked back without keeping a worker busy, and says what it waits for; then it queues again', async () => {
    const clock = handClock();
    let state: WorkloadState = { kind: 'failed', reason: 'n1 was lost', requeue: true };
    let removals = 0;
    const runtime = fakeRuntime({
      observe: ({ jobId }) => Promise.resolve({ ...runningJob(jobId), state }),
      remove: () => Promise.resolve(void (removals += 1)),
    });
    const deps = await processorDeps(database.db, { clock, runtime });
    const id = await placedJob(database.db, 'n1');
    await reconcileJob(deps, id, () => undefined);
    const waiting = await rowOf(database.db, id);
    expect(removals).toBe(1);
    expect(waiting.status_detail).toBe('It is being taken from where it was: n1 was lost');
    // What is removed may be there for as long as its node does not answer.
    expect(waiting.due_at.getTime() - clock.ms).toBeGreaterThanOrEqual(10_000);

    state = { kind: 'absent' };
    const left = fakeRuntime({
      // Made anew nowhere: what it was given is gone.
      observe: ({ jobId }) =>
        Promise.resolve({
          ...runningJob(jobId),
          state: removals > 1 ? state : { kind: 'failed', reason: 'n1 was lost', requeue: true },
        }),
      remove: () => Promise.resolve(void (removals += 1)),
    });
    await reconcileJob({ ...deps, runtime: left }, id, () => undefined);
    expect((await rowOf(database.db, id)).status).toBe('queued');
  });
});
