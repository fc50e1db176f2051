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

/** `number 2 in line, starts in 5 min: job 1a2b3c4d must end first`. */
export const estimateWords = (estimate: StartEstimate, nowMs: number): string => {
  const place = estimate.queue_position === null ? [] : [`number ${estimate.queue_position} in line`];
  const reasons = estimate.reasons.slice(0, maxReasons).map(({ message }) => message);
  const why = reasons.length === 0 ? '' : `: ${reasons.join('; ')}`;
  return `${[...place, whenWords(estimate, nowMs)].join(', ')}${why}`;
};

/** What a job that has not started yet waits for, in one line. */
export const progressWords = (job: JobDetail, nowMs: number): string => {
  const detail = job.status_detail === null ? '' : `: ${job.status_detail}`;
  if (job.status === 'queued' && job.estimate !== null)
    return `Queued, ${estimateWords(job.estimate, nowMs)}`;
  if (job.status === 'pending' || job.status === 'queued') return `Queued${detail}`;
  if (job.status === 'preparing') return `Starting${detail}`;
  return `${job.status}${detail}`;
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
