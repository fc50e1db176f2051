import { addEvent } from '../event-store.ts';
import { patchJob, type JobPatch } from '../job-store.ts';
import { decideIdle, dueWarning, endMs, endingOf, isAtWork, nextLookMs } from '../life.ts';
import { RuntimeRefusal, type WorkloadObservation } from '../runtime/port.ts';
import type { Observed } from '../types.ts';
import { refOf } from '../workload-ref.ts';
import { endAsSeen, endJob, type JobStep, type Next, noteOom, observedOf } from './job-step.ts';
import { notePods } from './note-pods.ts';
import { buildSpec } from './workload-spec.ts';

/** The usual pause between looks at a job that runs; the runtime tells of changes before. */
const activeLookMs = 20_000;
const minuteMs = 60_000;
const warningPrefix = 'WARN_';

const tell = async (
  { deps, row }: JobStep,
  message: string,
  fileName: string | null,
  clearPrefix: string | null,
): Promise<void> => {
  await deps.runtime.notify(refOf(row), { message, fileName, clearPrefix }).catch((err: unknown) => {
    deps.log.info({ err, job_id: row.id }, 'a job could not be told something');
  });
};

/** Warns of the end, once for each mark. The mark is written first: a warning twice would be two walls of text. */
const warn = async (step: JobStep): Promise<JobPatch | 'again'> => {
  const { deps, row, nowMs } = step;
  const minutes = dueWarning(row, nowMs);
  if (minutes === undefined) return {};
  const message = `This job ends in ${minutes} minutes. Extend it with: POST /v1/jobs/${row.id}/extend {"extension_hours": HOURS}`;
  const written = await patchJob(deps.db, row, deps.workerId, { warned_minutes: minutes });
  if (!written) return 'again';
  await addEvent(deps.db, {
    jobId: row.id,
    at: new Date(nowMs),
    kind: 'warning',
    message: `Ends in ${minutes} minutes`,
  });
  await tell(step, message, `WARN_EXPIRES_IN_${minutes}MIN.txt`, warningPrefix);
  return {};
};

/** Users, Jupyter or the end changed: the workload is made what the job says now. */
const applyWishes = async (step: JobStep): Promise<Partial<Observed>> => {
  const { deps, row } = step;
  try {
    const { spec, hash, keysProblem, keysKnown } = await buildSpec(deps, row);
    // Without keys that it has had, the job would lock its people out: what changed waits for them.
    if (hash === row.observed.specHash || !keysKnown) return { keysProblem };
    await deps.runtime.ensure(spec);
    const { toldExpiresAtMs } = row.observed;
    // An extension clears the warnings that were given for the old end.
    if (toldExpiresAtMs !== undefined && toldExpiresAtMs !== spec.expiresAtMs)
      await tell(step, 'The end of this job was moved.', null, warningPrefix);
    return { specHash: hash, keysProblem, toldExpiresAtMs: spec.expiresAtMs };
  } catch (err) {
    if (!(err instanceof RuntimeRefusal))
      deps.log.warn({ err, job_id: row.id }, 'a running job could not be changed');
    return {};
  }
};

const lookForLife = async (
  step: JobStep,
): Promise<{ patch: JobPatch; observed: Partial<Observed>; release: boolean }> => {
  const { deps, row, nowMs } = step;
  const { idleMinutes } = deps.limits;
  const lookedMs = row.observed.idleLookedAtMs;
  if (idleMinutes === undefined || (lookedMs !== undefined && nowMs - lookedMs < minuteMs))
    return { patch: {}, observed: {}, release: false };
  const activity = await deps.runtime.activity(refOf(row));
  const unseenMs = nowMs - (lookedMs ?? nowMs);
  const atWork = isAtWork(activity, row.observed.idleCpuSeconds, unseenMs);
  const decision = decideIdle(row, atWork, unseenMs, idleMinutes, nowMs);
  const at = new Date(nowMs);
  const observed = {
    idleLookedAtMs: nowMs,
    ...(activity.cpuSeconds === null ? {} : { idleCpuSeconds: activity.cpuSeconds }),
  };
  if (decision === 'at work')
    return { patch: { idle_since: null, idle_warned_at: null }, observed, release: false };
  if (decision === 'warn') {
    const message = `Nothing happened here for ${idleMinutes} minutes. This job is released in ${idleMinutes} more, unless something does.`;
    await addEvent(deps.db, { jobId: row.id, at, kind: 'idle', message: 'Warned: nothing happens in it' });
    await tell(step, message, 'WARN_IDLE.txt', null);
    return { patch: { idle_warned_at: at }, observed, release: false };
  }
  return { patch: { idle_since: row.idle_since ?? at }, observed, release: decision === 'release' };
};

const lookAlive = async (step: JobStep, seen: WorkloadObservation): Promise<Next> => {
  const { deps, row, nowMs } = step;
  const warned = await warn(step);
  if (warned === 'again') return 'again';
  const idle = await lookForLife(step);
  if (idle.release) return endJob(step, 'cancelled', 'Released: nobody and nothing was at work in it');
  const wishes = await applyWishes(step);
  const oom = await noteOom(step, seen);
  const observed = observedOf(row, seen, { ...wishes, ...idle.observed });
  const minutes = dueWarning(row, nowMs) ?? row.warned_minutes;
  const written = await patchJob(deps.db, row, deps.workerId, { ...oom, ...idle.patch, observed });
  if (!written) return 'again';
  const isShut = row.observed.shutSinceMs !== undefined;
  const jupyterIsComing =
    row.jupyter_wanted && !isShut && seen.jupyter.url === null && seen.jupyter.error === null;
  return {
    dueMs: nextLookMs(
      { ...row, warned_minutes: minutes },
      deps.limits,
      nowMs,
      jupyterIsComing ? 1_000 : activeLookMs,
    ),
  };
};

/** Watches a job that runs: its end, its warnings, its wishes, its life. */
export const stepActive = async (step: JobStep): Promise<Next> => {
  const { deps, row, nowMs } = step;
  if (nowMs >= endMs(row, deps.limits)) return endJob(step, 'expired', 'Its time was over');
  const seen = await deps.runtime.observe(refOf(row));
  await notePods(step, seen);
  const ending = endingOf(row, seen.state);
  if (ending !== undefined) return endAsSeen(step, seen, ending);
  const isShut = row.observed.shutSinceMs !== undefined;
  if (seen.state.kind === 'running' || (isShut && seen.state.kind === 'starting'))
    return lookAlive(step, seen);
  // Unknown, or being ended by somebody: nothing is concluded from what was not seen.
  return { dueMs: nextLookMs(row, deps.limits, nowMs, 5_000) };
};
