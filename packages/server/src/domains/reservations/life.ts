import type { JobStatus } from '@gpushield/contracts';
import type { WorkloadActivity, WorkloadState } from './runtime/port.ts';
import type { JobRow, LifeLimits } from './types.ts';

/*
 * The decisions of a job's life, pure. Times in milliseconds.
 */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** Before its end a job is warned at these marks, in minutes. */
export const warningMinutes = [30, 15, 5] as const;
/** What doesn't start within this never will. */
export const longestPreparingMs = hourMs;
/** Whoever waited this long has found another way. */
export const longestQueuedMs = 48 * hourMs;
/** Capacity that is lost again while a job starts sends it back this often at most. */
export const maxRequeues = 3;

export const isFinal = (status: JobStatus): status is 'expired' | 'cancelled' | 'failed' =>
  status === 'expired' || status === 'cancelled' || status === 'failed';

/** Between the end of its time and the end: an extension still saves it. */
export const endMs = (row: Pick<JobRow, 'expires_at'>, limits: Pick<LifeLimits, 'graceSeconds'>): number =>
  row.expires_at === null ? Number.POSITIVE_INFINITY : row.expires_at.getTime() + limits.graceSeconds * 1000;

/**
 * The warning that is due: the nearest mark alone, and none that was given already for this end. A job that is shorter
 * than a mark is not warned with it.
 */
export const dueWarning = (
  row: Pick<JobRow, 'expires_at' | 'started_at' | 'warned_minutes'>,
  nowMs: number,
): number | undefined => {
  if (row.expires_at === null) return undefined;
  const leftMs = row.expires_at.getTime() - nowMs;
  if (leftMs <= 0) return undefined;
  const mark = warningMinutes.findLast((minutes) => leftMs <= minutes * minuteMs);
  if (mark === undefined || (row.warned_minutes !== null && row.warned_minutes <= mark)) return undefined;
  const startedMs = row.started_at?.getTime() ?? 0;
  return row.expires_at.getTime() - mark * minuteMs >= startedMs ? mark : undefined;
};

/** When a job ends whose user was disabled; never, where that is not so. */
export const shutEndMs = (
  { observed }: Pick<JobRow, 'observed'>,
  { graceSeconds }: Pick<LifeLimits, 'graceSeconds'>,
): number =>
  observed.shutSinceMs === undefined ? Number.POSITIVE_INFINITY : observed.shutSinceMs + graceSeconds * 1000;

/** When the job must be looked at again: the next warning, its end, or the usual pause. */
export const nextLookMs = (row: JobRow, limits: LifeLimits, nowMs: number, usualMs: number): number => {
  const candidates = [nowMs + usualMs, shutEndMs(row, limits)];
  if (row.expires_at !== null) {
    const expiresMs = row.expires_at.getTime();
    for (const minutes of warningMinutes) {
      const at = expiresMs - minutes * minuteMs;
      if (at > nowMs && (row.warned_minutes === null || minutes < row.warned_minutes)) candidates.push(at);
    }
    for (const at of [expiresMs, endMs(row, limits)]) if (at > nowMs) candidates.push(at);
  }
  return Math.min(...candidates);
};

export interface Ending {
  readonly status: 'expired' | 'cancelled' | 'failed';
  readonly detail: string;
  readonly exitCode: number | null;
}

/** What the end of a workload makes of its job; undefined while nothing has ended. */
export const endingOf = (row: JobRow, state: WorkloadState): Ending | undefined => {
  if (state.kind === 'failed') return { status: 'failed', detail: state.reason, exitCode: null };
  if (state.kind === 'absent' && row.status === 'active') {
    return { status: 'expired', detail: 'What ran for it is gone', exitCode: null };
  }
  if (state.kind !== 'ended') return undefined;
  const { exitCode } = state;
  if (row.command === null) {
    return exitCode === 0
      ? { status: 'cancelled', detail: 'Ended from inside', exitCode }
      : { status: 'failed', detail: `Ended from inside with exit code ${exitCode ?? 'unknown'}`, exitCode };
  }
  return exitCode === 0
    ? { status: 'expired', detail: 'Its command ended', exitCode }
    : {
        status: 'failed',
        detail: exitCode === null ? 'Its command was ended' : `Its command ended with exit code ${exitCode}`,
        exitCode,
      };
};

/** A process that only waits uses less of a core than this. */
const idleCpuShare = 0.02;
const idleGpuPercent = 1;

/** Whether anybody or anything is at work. What cannot be told counts as work: nobody is cut off for a blind spot. */
export const isAtWork = (
  activity: WorkloadActivity,
  sinceCpuSeconds: number | undefined,
  sinceMs: number,
): boolean => {
  const { sshSessions, terminalSessions, jupyterKernelsBusy, cpuSeconds, gpuUtilization } = activity;
  const counts = [sshSessions, terminalSessions, jupyterKernelsBusy];
  if (counts.some((count) => count === null || count > 0)) return true;
  if (gpuUtilization === null || gpuUtilization > idleGpuPercent) return true;
  if (cpuSeconds === null || sinceCpuSeconds === undefined) return true;
  return cpuSeconds - sinceCpuSeconds > idleCpuShare * (sinceMs / 1000);
};

/** After a warning the job is looked at every minute; whoever came and went in a longer gap was seen by nobody. */
const longestBlindMs = 5 * minuteMs;

export type IdleDecision = 'at work' | 'idle' | 'warn' | 'release';

/**
 * Warn after the operator's time, then watch as long again, then release. `unseenMs`: since the look before. Where the
 * wait after a warning was not watched (the server was away), what may have happened counts as work.
 */
export const decideIdle = (
  row: Pick<JobRow, 'idle_since' | 'idle_warned_at'>,
  atWork: boolean,
  unseenMs: number,
  idleMinutes: number,
  nowMs: number,
): IdleDecision => {
  if (atWork || (row.idle_warned_at !== null && unseenMs > longestBlindMs)) return 'at work';
  if (row.idle_since === null) return 'idle';
  if (nowMs - row.idle_since.getTime() < idleMinutes * minuteMs) return 'idle';
  if (row.idle_warned_at === null) return 'warn';
  return nowMs - row.idle_warned_at.getTime() >= idleMinutes * minuteMs ? 'release' : 'idle';
};

/** GPU-seconds between start and end (or now). */
export const gpuSecondsOf = (
  row: Pick<JobRow, 'gpu_count' | 'nodes' | 'started_at' | 'ended_at'>,
  nowMs: number,
): number =>
  row.started_at === null
    ? 0
    : (row.gpu_count *
        row.nodes *
        Math.max(0, (row.ended_at?.getTime() ?? nowMs) - row.started_at.getTime())) /
      1000;

/** Grows with each attempt, up to a minute. */
export const backoffMs = (attempts: number): number => Math.min(minuteMs, 500 * 2 ** Math.min(attempts, 10));
