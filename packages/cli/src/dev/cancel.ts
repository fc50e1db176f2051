import { JobAction } from '@gpushield/contracts';
import type { Command } from 'commander';
import { checked } from '../api/check.ts';
import { CliError, usageError } from '../cli-error.ts';
import { act, confirm, type CommandContext, type CommandDeps } from '../context.ts';
import { cleanLine } from '../text/clean.ts';
import { findJobId, jobPath, openStatuses, ownJobs } from './jobs.ts';

interface CancelOptions {
  readonly all?: boolean;
  readonly yes?: boolean;
}

const cancelAll = async (ctx: CommandContext, options: CancelOptions): Promise<readonly string[]> => {
  const jobs = await ownJobs(await ctx.api(), openStatuses);
  if (jobs.length === 0) return [];
  const named = jobs.map(({ job_id: id, name }) => cleanLine(name ?? id.slice(0, 8))).join(', ');
  await confirm(ctx, options, `Cancel ${jobs.length} jobs: ${named}?`);
  return jobs.map(({ job_id: id }) => id);
};

const chosen = async (
  ctx: CommandContext,
  given: readonly string[],
  options: CancelOptions,
): Promise<readonly string[]> => {
  if (options.all === true) {
    if (given.length > 0) throw usageError('--all names every job already', 'Give jobs or --all.');
    return cancelAll(ctx, options);
  }
  if (given.length === 0) throw usageError('Which job?', 'Give its id or name, or --all.');
  const api = await ctx.api();
  return Promise.all(given.map((one) => findJobId(api, one)));
};

/** Every job is tried, also after one that cannot be cancelled; the first failure is the command's. */
const cancel = async (
  ctx: CommandContext,
  given: readonly string[],
  options: CancelOptions,
): Promise<void> => {
  const ids = await chosen(ctx, given, options);
  const api = await ctx.api();
  const done: unknown[] = [];
  let failure: CliError | undefined;
  for (const id of ids) {
    try {
      const raw = await api.send('POST', jobPath(id, 'cancel'));
      done.push(raw);
      if (!ctx.out.json) ctx.out.line(`Job ${checked(JobAction, raw).job_id} is being cancelled.`);
    } catch (error) {
      if (!(error instanceof CliError) || ids.length === 1) throw error;
      ctx.out.warn(`Job ${id}: ${error.fields.detail ?? error.message}`);
      failure ??= error;
    }
  }
  if (ctx.out.json) ctx.out.value(done);
  else if (ids.length === 0) ctx.out.note('You have no open jobs.');
  if (failure !== undefined) throw failure;
};

export const addCancelCommand = (program: Command, deps: CommandDeps): void => {
  act<CancelOptions>(
    program
      .command('cancel')
      .description('end jobs; their disks are kept')
      .argument('[jobs...]', 'ids or names')
      .option('-a, --all', 'all that are open')
      .option('-y, --yes', 'do not ask'),
    deps,
    (ctx, { args, options }) => cancel(ctx, args, options),
  );
};
