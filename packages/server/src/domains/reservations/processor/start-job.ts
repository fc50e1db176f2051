import { addEvent } from '../event-store.ts';
import { findDisk, setDiskStatus } from '../disk-store.ts';
import { patchJob } from '../job-store.ts';
import { backoffMs, endingOf, longestPreparingMs, longestQueuedMs, maxRequeues } from '../life.ts';
import { RuntimeRefusal, type WorkloadObservation } from '../runtime/port.ts';
import { refOf } from '../workload-ref.ts';
import { endAsSeen, endJob, type JobStep, moveTo, type Next, noteOom, observedOf } from './job-step.ts';
import { notePods } from './note-pods.ts';
import { buildSpec } from './workload-spec.ts';

const queuedLookMs = 60_000;
const startingLookMs = 200;
/** Between looks at what is given up and not gone yet. */
const leavingLookMs = 10_000;
const hourMs = 3_600_000;

/** Waits for its turn: the scheduler moves it. */
export const stepQueued = async (step: JobStep): Promise<Next> => {
  const { row, nowMs } = step;
  const waitedMs = nowMs - row.created_at.getTime();
  if (waitedMs >= longestQueuedMs) {
    return endJob(step, 'cancelled', `It waited ${longestQueuedMs / hourMs} hours and nothing became free`);
  }
  step.requestPass();
  return { dueMs: Math.min(nowMs + queuedLookMs, row.created_at.getTime() + longestQueuedMs) };
};

/** The disk that becomes the home must be there first. Undefined: it is. */
const disklessNext = async (step: JobStep): Promise<Next | undefined> => {
  const { deps, row, nowMs } = step;
  if (row.disk_id === null) return undefined;
  const disk = await findDisk(deps.db, row.disk_id);
  if (disk?.deleted_at !== null) return endJob(step, 'failed', 'Its disk was deleted');
  if (disk.status === 'failed')
    return endJob(step, 'failed', `Its disk could not be made: ${disk.status_detail ?? 'unknown'}`);
  if (disk.status === 'ready') return undefined;
  const made = await deps.runtime.disks.ensure(
    { diskId: disk.id, userId: disk.user_id, sizeGb: disk.size_gb },
    disk.source_snapshot_id,
  );
  if (made.kind === 'done') {
    await setDiskStatus(deps.db, disk.id, 'ready', null);
    return undefined;
  }
  if (made.kind === 'failed') {
    await setDiskStatus(deps.db, disk.id, 'failed', made.reason);
    return endJob(step, 'failed', `Its disk could not be made: ${made.reason}`);
  }
  await patchJob(deps.db, row, deps.workerId, { status_detail: `Its disk is being made: ${made.progress}` });
  return { dueMs: nowMs + startingLookMs * 5 };
};

/** Back into the queue: what it was given is gone, and another place may do. */
const requeue = async (step: JobStep, reason: string): Promise<Next> => {
  const { deps, row, nowMs } = step;
  const ref = refOf(row);
  const requeues = row.observed.requeues ?? 0;
  if (requeues >= maxRequeues)
    return endJob(step, 'failed', `It could not be started in ${maxRequeues + 1} places: ${reason}`);
  await deps.runtime.remove(ref, { graceSeconds: 0 });
  const { state } = await deps.runtime.observe(ref);
  if (state.kind !== 'absent') {
    // A node that does not answer keeps it for long, and a runtime tells when it is gone: nobody waits here for it.
    const detail = `It is being taken from where it was: ${reason}`;
    await patchJob(deps.db, row, deps.workerId, { status_detail: detail.slice(0, 500) });
    return { dueMs: nowMs + leavingLookMs };
  }
  const at = new Date(nowMs);
  await deps.db.transaction(async (tx) => {
    const moved = await patchJob(tx, row, deps.workerId, {
      status: 'queued',
      status_detail: `Waiting again: ${reason}`,
      status_since: at,
      preparing_at: null,
      observed: { requeues: requeues + 1 },
      due_at: at,
    });
    if (!moved) return;
    await tx.query('DELETE FROM job_allocations WHERE job_id = $1', [row.id]);
    await addEvent(tx, {
      jobId: row.id,
      at,
      kind: 'status',
      status: 'queued',
      message: `Waiting again: ${reason}`,
    });
  });
  return 'again';
};

const becomeActive = async (step: JobStep, seen: WorkloadObservation, hash: string): Promise<Next> => {
  const { row, nowMs } = step;
  const oom = await noteOom(step, seen);
  const expiresMs = nowMs + row.duration_seconds * 1000;
  return moveTo(step, 'active', 'Running', {
    started_at: new Date(nowMs),
    expires_at: new Date(expiresMs),
    observed: observedOf(row, seen, { specHash: hash, toldExpiresAtMs: expiresMs }),
    ...oom,
  });
};

const decide = async (step: JobStep, seen: WorkloadObservation, hash: string): Promise<Next> => {
  const { deps, row, nowMs } = step;
  const { state } = seen;
  if (state.kind === 'running') return becomeActive(step, seen, hash);
  // A short command may be over before anybody saw it run: it ran all the same.
  if (state.kind === 'ended') return becomeActive(step, seen, hash);
  if (state.kind === 'failed' && state.requeue) return requeue(step, state.reason);
  const ending = endingOf(row, state);
  // What never ran may have run out of memory all the same.
  if (ending !== undefined) return endAsSeen(step, seen, ending);
  const progress =
    state.kind === 'starting' ? state.progress : state.kind === 'unknown' ? state.reason : 'Being started';
  if (progress !== row.status_detail) {
    await patchJob(deps.db, row, deps.workerId, { status_detail: progress, observed: observedOf(row, seen) });
    await addEvent(deps.db, { jobId: row.id, at: new Date(nowMs), kind: 'progress', message: progress });
  }
  return { dueMs: nowMs + startingLookMs };
};

/** Makes the workload and watches it start. */
export const stepPreparing = async (step: JobStep): Promise<Next> => {
  const { deps, row, nowMs } = step;
  const sinceMs = row.preparing_at?.getTime() ?? row.status_since.getTime();
  if (nowMs - sinceMs >= longestPreparingMs) {
    return endJob(step, 'failed', `It did not start within an hour; last: ${row.status_detail ?? 'nothing'}`);
  }
  try {
    const waiting = await disklessNext(step);
    if (waiting !== undefined) return waiting;
    const { spec, hash } = await buildSpec(deps, row);
    await deps.runtime.ensure(spec);
    const seen = await deps.runtime.observe(refOf(row));
    await notePods(step, seen);
    return await decide(step, seen, hash);
  } catch (error) {
    if (error instanceof RuntimeRefusal) return endJob(step, 'failed', error.message);
    deps.log.warn({ err: error, job_id: row.id }, 'a job could not be started; it is tried again');
    const detail = `Starting it failed and is tried again: ${error instanceof Error ? error.message : String(error)}`;
    await patchJob(deps.db, row, deps.workerId, {
      attempts: row.attempts + 1,
      status_detail: detail.slice(0, 500),
    });
    return { dueMs: nowMs + backoffMs(row.attempts) };
  }
};
