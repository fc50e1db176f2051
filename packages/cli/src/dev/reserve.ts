import { SubmittedJob, type JobDetail, type SubmitJob } from '@gpushield/contracts';
import type { Command } from 'commander';
import { checked } from '../api/check.ts';
import type { Api } from '../api/client.ts';
import { CliError } from '../cli-error.ts';
import { act, type CommandContext, type CommandDeps } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { connectTo } from './connect.ts';
import { followStart } from './follow-start.ts';
import { untilInterrupted } from './interrupt.ts';
import { accessPairs, sayWarnings } from './job-view.ts';
import { estimateWords, placeWords, sizeWords } from './job-words.ts';
import { isFinal } from './jobs.ts';
import { askForRequest } from './questions.ts';
import { withRequestOptions } from './request-options.ts';
import { requestOf, type RequestOptions } from './request.ts';
import { readSettings } from './settings.ts';
import { fullTime } from '../listing.ts';

interface ReserveOptions extends RequestOptions {
  readonly dryRun?: boolean;
  /** commander's form of --no-wait. */
  readonly wait: boolean;
  readonly interactive?: boolean;
  readonly connect?: boolean;
}

export const submitRequest = async (
  ctx: CommandContext,
  api: Api,
  request: SubmitJob,
): Promise<{ readonly raw: unknown; readonly submitted: SubmittedJob }> => {
  const raw = await untilInterrupted(
    ctx,
    () => api.send('POST', '/v1/jobs/submit', request),
    () => 'It may have been submitted all the same: look at `gpu-dev list`',
  );
  return { raw, submitted: checked(SubmittedJob, raw) };
};

/** The id that a submission must have been given. */
export const idOf = (submitted: SubmittedJob): string => {
  if (submitted.job_id !== null) return submitted.job_id;
  throw new CliError({ title: 'The server accepted the job and gave it no id' });
};

const showDryRun = (ctx: CommandContext, raw: unknown, { estimate }: SubmittedJob): void => {
  if (ctx.out.json) return ctx.out.value(raw);
  ctx.out.line(`Nothing was submitted. It would be ${placeWords(estimate, ctx.io.now())}.`);
  for (const { message } of estimate.reasons) ctx.out.line(`  ${message}`);
  ctx.out.line(`It would use ${estimate.gpu_hours} GPU hours.`);
};

/** Waits for something of a job. Whoever is cut off, by Ctrl-C or by the server, hears how the job goes on without them. */
export const waitBeside = async <T>(
  ctx: CommandContext,
  id: string,
  see: 'show' | 'logs -f',
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const short = id.slice(0, 8);
  const goesOn = `The job goes on. See it with \`gpu-dev ${see} ${short}\`, end it with \`gpu-dev cancel ${short}\``;
  try {
    return await untilInterrupted(ctx, work, () => goesOn);
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode !== exitCodes.unavailable) throw error;
    throw new CliError({ ...error.fields, remediation: goesOn, cause: error });
  }
};

const showReady = (ctx: CommandContext, job: JobDetail): void => {
  ctx.out.line(`${sizeWords(job)} is yours.`);
  ctx.out.pairs([
    ['job', job.job_id],
    ['ends', fullTime(ctx, job.expires_at)],
    ['disk', job.disk_name],
    ...accessPairs(job),
  ]);
};

/** Why a job that was waited for is over before it began. */
const neverStarted = (job: JobDetail): CliError =>
  new CliError({
    title: `The job is ${job.status}`,
    detail: job.status_detail ?? undefined,
    remediation: `\`gpu-dev debug ${job.job_id.slice(0, 8)}\` tells more`,
  });

const reserve = async (ctx: CommandContext, options: ReserveOptions): Promise<number | undefined> => {
  const settings = await readSettings(ctx.io);
  const asks =
    options.interactive === true ||
    (options.gpuType === undefined && settings.gpu_type === undefined && ctx.io.stdin.isTty);
  const wanted = asks ? await askForRequest(ctx, options, settings) : options;
  const request = await requestOf(ctx, wanted, settings, options.dryRun === true);
  const api = await ctx.api();
  const { raw, submitted } = await submitRequest(ctx, api, request);
  if (options.dryRun === true) {
    showDryRun(ctx, raw, submitted);
    return undefined;
  }
  const id = idOf(submitted);
  if (!options.wait) {
    if (ctx.out.json) ctx.out.value(raw);
    else ctx.out.line(`Job ${id}: ${estimateWords(submitted.estimate, ctx.io.now())}.`);
    return undefined;
  }
  ctx.out.note(`Job ${id}`);
  const job = await waitBeside(ctx, id, 'show', (signal) => followStart(ctx, api, id, signal));
  if (ctx.out.json) ctx.out.value(job);
  // A short command may be over at the first look: that is no failure to start.
  if (isFinal(job.status) && job.started_at === null) throw neverStarted(job);
  if (ctx.out.json) return undefined;
  showReady(ctx, job);
  if (options.connect === true) return connectTo(ctx, api, job, {});
  sayWarnings(ctx, job);
  return undefined;
};

export const addReserveCommand = (program: Command, deps: CommandDeps): void => {
  act<ReserveOptions>(
    withRequestOptions(
      program.command('reserve').description('reserve GPUs (or CPUs) and wait until they are there'),
    )
      .option('--jupyter', 'start Jupyter Lab')
      .option('--command <command>', 'run this in place of a session')
      .option('--dry-run', 'say when it would start and why; submit nothing')
      .option('--no-wait', 'return when it is in the queue')
      .option('--interactive', 'ask for what is not given')
      .option('--connect', 'open a shell when it is there'),
    deps,
    (ctx, { options }) => reserve(ctx, options),
  );
};
