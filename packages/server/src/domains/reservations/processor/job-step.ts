import { addEvent } from '../event-store.ts';
import { patchJob, type JobPatch } from '../job-store.ts';
import type { Ending } from '../life.ts';
import type { WorkloadObservation } from '../runtime/port.ts';
import type { JobRow, Observed } from '../types.ts';
import { refOf } from '../workload-ref.ts';
import type { ProcessorDeps } from './deps.ts';

/** What a step wants next: look again at once, or at this wall time. */
export type Next = 'again' | { readonly dueMs: number };

/** A job while a worker has it. */
export interface JobStep {
  readonly deps: ProcessorDeps;
  readonly row: JobRow;
  readonly nowMs: number;
  readonly requestPass: () => void;
}

/** Moves the job to another status, with a line in its history. `again`: somebody changed it meanwhile, or it moved. */
export const moveTo = async (
  { deps, row, nowMs }: JobStep,
  status: JobRow['status'],
  detail: string,
  patch: JobPatch = {},
): Promise<Next> => {
  const at = new Date(nowMs);
  await deps.db.transaction(async (tx) => {
    const moved = await patchJob(tx, row, deps.workerId, {
      status,
      status_detail: detail,
      status_since: at,
      attempts: 0,
      due_at: at,
      ...patch,
    });
    if (moved) await addEvent(tx, { jobId: row.id, at, kind: 'status', status, message: detail });
  });
  return 'again';
};

/** Ends the job. What it holds is given back by later steps. */
export const endJob = (
  step: JobStep,
  status: 'expired' | 'cancelled' | 'failed',
  detail: string,
  exitCode: number | null = null,
): Promise<Next> =>
  moveTo(step, status, detail, { ended_at: new Date(step.nowMs), exit_code: exitCode, idle_since: null });

/** What an observation adds to what is remembered. */
export const observedOf = (
  row: JobRow,
  seen: WorkloadObservation,
  more: Partial<Observed> = {},
): Observed => ({
  ...row.observed,
  members: seen.members,
  jupyterUrl: seen.jupyter.url,
  jupyterError: seen.jupyter.error,
  ...more,
});

/** Notes out-of-memory kills that were not known yet. */
export const noteOom = async (step: JobStep, seen: WorkloadObservation): Promise<JobPatch> => {
  const { deps, row, nowMs } = step;
  if (seen.oomCount <= row.oom_count) return {};
  const at = new Date(seen.lastOomAtMs ?? nowMs);
  await addEvent(deps.db, {
    jobId: row.id,
    at,
    kind: 'oom',
    message: 'A process was killed: the job ran out of memory',
  });
  await deps.runtime
    .notify(refOf(row), {
      message: 'A process of this job was killed because the memory ran out.',
      fileName: 'OOM_DETECTED.txt',
      clearPrefix: null,
    })
    .catch(() => undefined);
  return { oom_count: seen.oomCount, last_oom_at: at };
};

/** Ends the job with what its runtime last told of it. */
export const endAsSeen = async (
  step: JobStep,
  seen: WorkloadObservation,
  { status, detail, exitCode }: Ending,
): Promise<Next> => {
  const { deps, row } = step;
  await patchJob(deps.db, row, deps.workerId, {
    ...(await noteOom(step, seen)),
    observed: observedOf(row, seen),
  });
  return endJob(step, status, detail, exitCode);
};
