import { JobList, jobStatuses, type JobSummary } from '@gpushield/contracts';
import type { Command } from 'commander';
import { checked } from '../api/check.ts';
import type { Api } from '../api/client.ts';
import { usageError } from '../cli-error.ts';
import { act, argument, integerBetween, type CommandContext, type CommandDeps } from '../context.ts';
import { relativeTime } from '../text/relative-time.ts';
import { unambiguousLength } from '../text/short-id.ts';
import { jobColumns, jobPairs, sayWarnings } from './job-view.ts';
import { findJobId, getJob, jobPath, openStatuses } from './jobs.ts';
import { jsonLook, newPicture, showOrWatch, watchFlags } from './watch.ts';

interface ListOptions {
  readonly status?: string;
  readonly user?: string;
  readonly watch?: boolean;
  readonly details?: boolean;
  readonly all?: boolean;
  readonly limit: number;
}

const maxJobs = 500;

const statusesOf = (options: ListOptions): string => {
  if (options.status === undefined) return options.all === true ? '' : openStatuses.join(',');
  const names = options.status.split(',').map((name) => name.trim().toLowerCase());
  const wrong = names.find((name) => !jobStatuses.some((status) => status === name) && name !== 'all');
  if (wrong !== undefined)
    throw usageError(`There is no status ${wrong}`, `There are ${jobStatuses.join(', ')}.`);
  return names.includes('all') ? '' : names.join(',');
};

interface Listed {
  readonly jobs: readonly JobSummary[];
  readonly total: number;
}

/** Jobs of oneself, of everybody (`all`), or of one other user, who is looked for among everybody's. */
const fetchJobs = async (api: Api, options: ListOptions): Promise<Listed> => {
  const { user = 'me' } = options;
  const named = user !== 'me' && user !== 'all';
  const status = statusesOf(options);
  const query = {
    ...(status === '' ? {} : { status }),
    user: user === 'me' ? 'me' : 'all',
    limit: named ? maxJobs : options.limit,
  };
  const list = checked(JobList, await api.get('/v1/jobs', query));
  if (!named) return list;
  const jobs = list.jobs.filter(({ user_id: owner }) => owner === user);
  return { jobs: jobs.slice(0, options.limit), total: jobs.length };
};

const list = async (ctx: CommandContext, options: ListOptions): Promise<void> => {
  const api = await ctx.api();
  await showOrWatch(ctx, options, async () => {
    const { jobs, total } = await fetchJobs(api, options);
    if (ctx.out.json) return jsonLook(ctx, options, jobs);
    const length = unambiguousLength(jobs.map(({ job_id: id }) => id));
    const tools = {
      short: (id: string) => id.slice(0, length),
      ago: (timestamp: string | null) => relativeTime(timestamp, ctx.io.now()),
    };
    newPicture(ctx, options);
    const wanted = { users: (options.user ?? 'me') !== 'me', details: options.details === true };
    ctx.out.table(jobColumns(ctx, tools, wanted), jobs, 'No such jobs. --all shows those that are over too.');
    if (total > jobs.length)
      ctx.out.note(`There are ${total - jobs.length} more: raise --limit to see them.`);
  });
};

const show = async (ctx: CommandContext, given: string | undefined): Promise<void> => {
  const api = await ctx.api();
  const id = await findJobId(api, given);
  if (ctx.out.json) return ctx.out.value(await api.get(jobPath(id)));
  const job = await getJob(api, id);
  ctx.out.pairs(jobPairs(ctx, job));
  if (job.history.length > 0) {
    ctx.out.line('');
    for (const { at, message } of job.history) ctx.out.line(`${at}  ${message}`);
  }
  sayWarnings(ctx, job);
};

export const addLookCommands = (program: Command, deps: CommandDeps): void => {
  act<ListOptions>(
    program
      .command('list')
      .description('your jobs, newest first')
      .option('-s, --status <statuses>', `with commas between: ${jobStatuses.join(', ')}; or all`)
      .option('-u, --user <user>', 'me, all, or a user name (where you may see others’)')
      .option('-a, --all', 'those that are over too')
      .option(...watchFlags)
      .option('-d, --details', 'more columns')
      .option('--limit <n>', 'at most this many', integerBetween(1, maxJobs), 50),
    deps,
    (ctx, { options }) => list(ctx, options),
  );
  act(
    program
      .command('show')
      .description('everything about a job')
      .argument('[job]', 'id, its first 8 characters or more, or name; your only open job when absent'),
    deps,
    (ctx, input) => show(ctx, input.args.length === 0 ? undefined : argument(input)),
  );
};
