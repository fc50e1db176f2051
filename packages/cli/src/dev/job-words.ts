import type { JobDetail, JobSummary, StartEstimate } from '@gpushield/contracts';
import { relativeTime } from '../text/relative-time.ts';

/** Reasons in one sentence; `show` has all of them. */
const maxReasons = 3;

/** `2× h100`, `cpu-x86`, `8× h100 on each of 2 nodes`. */
export const sizeWords = (job: Pick<JobSummary, 'gpu_type' | 'gpu_count' | 'nodes'>): string => {
  const one = job.gpu_count === 0 ? job.gpu_type : `${job.gpu_count}× ${job.gpu_type}`;
  return job.nodes === 1 ? one : `${one} on each of ${job.nodes} nodes`;
};

const whenWords = (estimate: StartEstimate, nowMs: number): string => {
  if (estimate.start_time === null) return 'nobody can say when it starts';
  // An estimate that has just passed means that it starts with the next look of the scheduler.
  return Date.parse(estimate.start_time) <= nowMs
    ? 'starts now'
    : `starts ${relativeTime(estimate.start_time, nowMs)}`;
};

/** `number 2 in line, starts in 5 min`. */
export const placeWords = (estimate: StartEstimate, nowMs: number): string =>
  [
    ...(estimate.queue_position === null ? [] : [`number ${estimate.queue_position} in line`]),
    whenWords(estimate, nowMs),
  ].join(', ');

/** Why it does not start now, in one line; empty where nothing keeps it. */
export const reasonWords = ({ reasons }: StartEstimate): string =>
  reasons
    .filter(({ code }) => code !== 'free_now' && code !== 'start_up')
    .slice(0, maxReasons)
    .map(({ message }) => message)
    .join('; ');

/** Both: `number 2 in line, starts in 5 min: Job 1a2b3c4d must end first`. */
export const estimateWords = (estimate: StartEstimate, nowMs: number): string =>
  [placeWords(estimate, nowMs), reasonWords(estimate)].filter((words) => words !== '').join(': ');

export interface Progress {
  /** What changes all the time. */
  readonly state: string;
  /** What stays for a while, and may be long. */
  readonly why: string;
}

/** What a job that has not started yet waits for. */
export const progressOf = (job: JobDetail, nowMs: number): Progress => {
  const detail = job.status_detail ?? '';
  if (job.status === 'queued' && job.estimate !== null)
    return { state: `Queued, ${placeWords(job.estimate, nowMs)}`, why: reasonWords(job.estimate) };
  if (job.status === 'pending' || job.status === 'queued') return { state: 'Queued', why: detail };
  if (job.status === 'preparing')
    return { state: ['Starting', detail].filter((words) => words !== '').join(': '), why: '' };
  return { state: job.status, why: detail };
};

/** A command for ssh out of what the server says, or undefined where that is nothing that ssh should be given. */
export const sshTarget = (
  job: JobDetail,
): { readonly user: string; readonly host: string; readonly port: number } | undefined => {
  const match = /^ssh -p (\d{1,5}) ([a-z_][a-z0-9_-]{0,31})@([A-Za-z0-9][A-Za-z0-9.:-]{0,252})$/.exec(
    job.ssh_command ?? '',
  );
  const [, port = '', user = '', host = ''] = match ?? [];
  return match === null || Number(port) > 65_535 ? undefined : { user, host, port: Number(port) };
};
