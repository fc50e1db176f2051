import { JobLogs, type JobDetail, type JobEvent } from '@gpushield/contracts';
import type { Command } from 'commander';
import { checked } from '../api/check.ts';
import type { Api } from '../api/client.ts';
import { act, argument, integerBetween, type CommandContext, type CommandDeps } from '../context.ts';
import { untilInterrupted } from './interrupt.ts';
import { findJobId, getJob, isFinal, jobPath } from './jobs.ts';
import { createLogWriter } from './log-text.ts';
import { patient } from './patience.ts';

interface LogsOptions {
  readonly follow?: boolean;
  readonly rank?: number;
}

const pauseMs = 2000;
/** What one look of a follower asks for, and the most that the server gives. */
const followBytes = 65_536;
const allBytes = 1_048_576;

const fetchLogs = async (api: Api, id: string, rank: number, tailBytes: number): Promise<JobLogs> =>
  checked(JobLogs, await api.get(jobPath(id, 'logs'), { rank, tail_bytes: tailBytes }));

/** What people must hear while a job runs: an end that is near, kills for memory, that nobody seems to be there. */
const urgent: ReadonlySet<string> = new Set(['warning', 'oom', 'idle']);

/** Says what has happened since the last look; what was there before the first is known. */
const newsTeller = (ctx: CommandContext): ((history: readonly JobEvent[]) => void) => {
  let lastAt: string | undefined;
  return (history) => {
    const since = lastAt;
    for (const { at, kind, message } of history)
      if (since !== undefined && at > since && urgent.has(kind)) ctx.out.warn(`Warning: ${message}.`);
    lastAt = history.at(-1)?.at ?? since ?? '';
  };
};

/** Prints a job's log as it grows, to the end of the job. */
export const followLogs = async (
  ctx: CommandContext,
  api: Api,
  id: string,
  options: { readonly rank: number; readonly signal: AbortSignal },
): Promise<JobDetail> => {
  const writer = createLogWriter((text) => {
    ctx.io.stdout.write(text);
  });
  const tellNews = newsTeller(ctx);
  const patiently = patient(ctx);
  const { rank, signal } = options;
  for (;;) {
    // The state first: what was written before the end is in the log that is asked for after it.
    const job = await patiently(() => getJob(api, id), signal);
    tellNews(job.history);
    if (job.started_at !== null) {
      const gap = writer.take(await patiently(() => fetchLogs(api, id, rank, followBytes), signal));
      if (gap) ctx.out.warn('The log grew faster than it could be read: lines are missing here.');
    }
    if (isFinal(job.status)) {
      writer.end();
      return job;
    }
    await ctx.io.sleep(pauseMs, signal);
  }
};

const logs = async (ctx: CommandContext, id: string, options: LogsOptions): Promise<void> => {
  const api = await ctx.api();
  const rank = options.rank ?? 0;
  if (options.follow === true && !ctx.out.json) {
    await untilInterrupted(
      ctx,
      (signal) => followLogs(ctx, api, id, { rank, signal }),
      () => undefined,
    );
    return;
  }
  const log = await fetchLogs(api, id, rank, allBytes);
  if (ctx.out.json) return ctx.out.value(log);
  const writer = createLogWriter((text) => {
    ctx.io.stdout.write(text);
  });
  if (log.truncated) ctx.out.note('Only the end of the log is kept.');
  writer.take(log);
  writer.end();
};

export const addLogsCommand = (program: Command, deps: CommandDeps): void => {
  act<LogsOptions>(
    program
      .command('logs')
      .description('what a job has written, also after its end')
      .argument('[job]', 'id or name; your only open job when absent')
      .option('-f, --follow', 'go on until the job ends')
      .option('--rank <n>', 'which node of a job of several, from 0', integerBetween(0, 63)),
    deps,
    async (ctx, input) => {
      const given = input.args.length === 0 ? undefined : argument(input);
      return logs(ctx, await findJobId(await ctx.api(), given), input.options);
    },
  );
};
