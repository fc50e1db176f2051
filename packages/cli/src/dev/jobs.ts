import { JobDetail, JobList, type JobStatus, type JobSummary } from '@gpushield/contracts';
import { checked } from '../api/check.ts';
import type { Api } from '../api/client.ts';
import { CliError, usageError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';

export const openStatuses = ['pending', 'queued', 'preparing', 'active'] as const satisfies JobStatus[];
/** Whoever has more open jobs than this gives an id. */
const maxLookedThrough = 500;
const maxNamed = 5;

export const isFinal = (status: JobStatus): boolean =>
  status === 'expired' || status === 'cancelled' || status === 'failed';

export const jobPath = (id: string, action = ''): string =>
  `/v1/jobs/${encodeURIComponent(id)}${action === '' ? '' : `/${action}`}`;

export const getJob = async (api: Api, id: string): Promise<JobDetail> =>
  checked(JobDetail, await api.get(jobPath(id)));

export const ownJobs = async (
  api: Api,
  statuses: readonly JobStatus[],
  limit = maxLookedThrough,
): Promise<readonly JobSummary[]> =>
  checked(JobList, await api.get('/v1/jobs', { status: statuses.join(','), limit })).jobs;

/** The id itself or 8 characters of it and more: the server finds the job by that. */
const looksLikeId = (text: string): boolean => /^[0-9a-f]{8}[0-9a-f-]{0,28}$/i.test(text);

const several = (jobs: readonly JobSummary[], title: string): CliError =>
  usageError(
    title,
    `Say which: ${jobs
      .slice(0, maxNamed)
      .map(({ job_id: id, name }) => (name === null ? id.slice(0, 8) : `${id.slice(0, 8)} (${name})`))
      .join(', ')}${jobs.length > maxNamed ? ', …' : ''}.`,
  );

/**
 * Which job is meant: an id or its beginning, the name of an open job, or, when nothing is said, the only one of the
 * caller's that is open.
 */
export const findJobId = async (
  api: Api,
  given: string | undefined,
  statuses: readonly JobStatus[] = openStatuses,
): Promise<string> => {
  if (given !== undefined && looksLikeId(given)) return given;
  const open = await ownJobs(api, statuses);
  const found = given === undefined ? open : open.filter(({ name }) => name === given);
  const [first] = found;
  if (first === undefined) {
    throw new CliError({
      title: given === undefined ? 'You have no such job' : `You have no open job ${given}`,
      remediation:
        given === undefined
          ? 'Reserve one with `gpu-dev reserve`; `gpu-dev list` shows those that are over.'
          : 'Give its name, or 8 characters of its id and more: `gpu-dev list`.',
      exitCode: exitCodes.notFound,
    });
  }
  if (found.length > 1)
    throw several(found, given === undefined ? 'You have several jobs' : `Several jobs are named ${given}`);
  return first.job_id;
};
