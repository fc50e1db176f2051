import { addUsage } from '../cluster-store.ts';
import { usageHalfLifeMs } from '../cluster-view.ts';
import { findDisk, giveDiskBack } from '../disk-store.ts';
import { addEvent, keepLog } from '../event-store.ts';
import { allocationsOf, patchJob } from '../job-store.ts';
import { gpuSecondsOf } from '../life.ts';
import type { WorkloadObservation } from '../runtime/port.ts';
import { beginSnapshot, finishSnapshot } from '../snapshot-store.ts';
import { refOf } from '../workload-ref.ts';
import type { JobStep, Next } from './job-step.ts';
import { contentOf, makeDisk } from './reconcile-disk.ts';

const endingLookMs = 300;
/** From SIGTERM to SIGKILL. Whoever expires was given the grace before. */
const stopGraceSeconds = 10;
const keptLogBytes = 256 * 1024;

/** The last lines stay when the workload goes. */
const keepLogs = async ({ deps, row, nowMs }: JobStep, seen: WorkloadObservation): Promise<void> => {
  if (seen.state.kind === 'absent' || seen.state.kind === 'unknown') return;
  for (const { rank } of await allocationsOf(deps.db, row.id)) {
    try {
      const text = await deps.runtime.logs(refOf(row), { rank, tailBytes: keptLogBytes });
      await keepLog(deps.db, row.id, rank, text, Buffer.byteLength(text) >= keptLogBytes, new Date(nowMs));
    } catch (err) {
      deps.log.info({ err, job_id: row.id, rank }, 'the log of a job could not be kept');
    }
  }
};

/**
 * A disk that was asked for with the job is made although the job never came to it: no operation of its own would.
 * False: it takes a while.
 */
const makeLeftDisk = async ({ deps, row }: JobStep): Promise<boolean> => {
  const disk = row.disk_id === null ? undefined : await findDisk(deps.db, row.disk_id);
  return disk?.status !== 'creating' || (await makeDisk(deps, disk)).kind !== 'pending';
};

/** A snapshot of the disk as the job left it, with a listing. True when it is made, or cannot be made. */
const snapshotDisk = async ({ deps, row, nowMs }: JobStep): Promise<boolean> => {
  if (row.disk_id === null || row.started_at === null) return true;
  const disk = await findDisk(deps.db, row.disk_id);
  if (disk?.status !== 'ready' || disk.deleted_at !== null) return true;
  const at = new Date(nowMs);
  const snapshot = await beginSnapshot(deps.db, { id: deps.newId(), diskId: disk.id, jobId: row.id, at });
  if (snapshot?.status !== 'creating') return true;
  const ref = { diskId: disk.id, userId: disk.user_id, sizeGb: disk.size_gb };
  const made = await deps.runtime.disks.snapshot(ref, snapshot.id);
  if (made.kind === 'pending') return false;
  if (made.kind === 'failed') {
    await finishSnapshot(deps.db, snapshot.id, {
      status: 'failed',
      detail: made.reason,
      sizeBytes: null,
      content: null,
      at,
    });
    await addEvent(deps.db, {
      jobId: row.id,
      at,
      kind: 'disk',
      message: `The snapshot failed: ${made.reason}`,
    });
    return true;
  }
  const content = await contentOf(deps.runtime, ref, snapshot.id);
  if (content === undefined) return false;
  await finishSnapshot(deps.db, snapshot.id, {
    status: 'ready',
    detail: null,
    sizeBytes: made.sizeBytes,
    content,
    at,
  });
  return true;
};

/** Gives back what the job holds and tells the ledger, in one transaction: counted once. */
const release = (step: JobStep): Promise<boolean> => {
  const { deps, row, nowMs } = step;
  const at = new Date(nowMs);
  return deps.db.transaction(async (tx) => {
    if (!(await patchJob(tx, row, deps.workerId, { released_at: at }, 'let go'))) return false;
    await tx.query('DELETE FROM job_allocations WHERE job_id = $1', [row.id]);
    if (row.disk_id !== null)
      await giveDiskBack(tx, row.disk_id, row.id, row.started_at === null ? null : at);
    const { started_at: startedAt, ended_at: endedAt } = row;
    if (startedAt === null || endedAt === null) return true;
    const gpuSeconds = gpuSecondsOf(row, nowMs);
    await addUsage(tx, row.user_id, gpuSeconds, usageHalfLifeMs / 1000, at);
    await deps.recordUsage(tx, {
      jobId: row.id,
      userId: row.user_id,
      username: row.username,
      gpuType: row.gpu_type,
      gpuSeconds,
      startedAt,
      endedAt,
    });
    return true;
  });
};

/** Cleans up after a job that is over: log, workload, snapshot, and only then what it held. */
export const stepFinal = async (step: JobStep): Promise<Next> => {
  const { deps, row, nowMs } = step;
  const ref = refOf(row);
  // Whether anything ever ran is the runtime's to say: a crash may have come between its start and our note of it.
  const seen = await deps.runtime.observe(ref);
  if (seen.state.kind !== 'absent') {
    if (seen.state.kind !== 'ending') await keepLogs(step, seen);
    await deps.runtime.remove(ref, { graceSeconds: stopGraceSeconds });
    return { dueMs: nowMs + endingLookMs };
  }
  if (!(await makeLeftDisk(step)) || !(await snapshotDisk(step))) return { dueMs: nowMs + endingLookMs * 3 };
  if (!(await release(step))) return 'again';
  step.requestPass();
  return { dueMs: Number.POSITIVE_INFINITY };
};
