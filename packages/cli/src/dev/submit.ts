import type { JobDetail } from '@gpushield/contracts';
import type { Command } from 'commander';
import { usageError } from '../cli-error.ts';
import { act, type CommandContext, type CommandDeps } from '../context.ts';
import { followStart } from './follow-start.ts';
import { estimateWords } from './job-words.ts';
import { isFinal } from './jobs.ts';
import { followLogs } from './logs.ts';
import { withRequestOptions } from './request-options.ts';
import { requestOf, type RequestOptions } from './request.ts';
import { idOf, submitRequest, waitBeside } from './reserve.ts';
import { readSettings } from './settings.ts';

interface SubmitOptions extends RequestOptions {
  readonly wait: boolean;
}

/** As `timeout` and `docker run` have them: its time was over; it never ran to an end of its own. */
const timeOver = 124;
const noExitCode = 125;

/** A word as the shell takes it. */
const quoted = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** One word is a line of shell; several are a program and its arguments, which stay apart. */
const commandOf = (words: readonly string[]): string => {
  const [only] = words;
  if (only === undefined)
    throw usageError('What is to run?', 'Give it after --: gpu-dev submit -t h100 -- python train.py');
  return words.length === 1 ? only : words.map(quoted).join(' ');
};

const exitCodeOf = (ctx: CommandContext, job: JobDetail): number => {
  if (job.exit_code !== null) return job.exit_code;
  ctx.out.warn(`The job is ${job.status}${job.status_detail === null ? '' : `: ${job.status_detail}`}.`);
  return job.status === 'expired' ? timeOver : noExitCode;
};

const submit = async (
  ctx: CommandContext,
  words: readonly string[],
  options: SubmitOptions,
): Promise<number | undefined> => {
  const command = commandOf(words);
  const request = await requestOf(ctx, { ...options, command }, await readSettings(ctx.io));
  const api = await ctx.api();
  const { raw, submitted } = await submitRequest(ctx, api, request);
  const id = idOf(submitted);
  if (!options.wait) {
    if (ctx.out.json) ctx.out.value(raw);
    else ctx.out.line(`Job ${id}: ${estimateWords(submitted.estimate, ctx.io.now())}.`);
    return undefined;
  }
  ctx.out.note(`Job ${id}`);
  const job = await waitBeside(ctx, id, 'logs -f', async (signal) => {
    const started = await followStart(ctx, api, id, signal);
    // A job that never started has no log.
    if (isFinal(started.status) && started.started_at === null) return started;
    // With --json stdout carries the job alone: its log is in `gpu-dev logs`.
    return followLogs(ctx.out.json ? silent(ctx) : ctx, api, id, { rank: 0, signal });
  });
  if (ctx.out.json) ctx.out.value(job);
  return exitCodeOf(ctx, job);
};

/** The same context, whose stdout takes what it is given and shows nothing of it. */
const silent = (ctx: CommandContext): CommandContext => ({
  ...ctx,
  io: { ...ctx.io, stdout: { ...ctx.io.stdout, write: () => undefined } },
});

export const addSubmitCommand = (program: Command, deps: CommandDeps): void => {
  act<SubmitOptions>(
    withRequestOptions(
      program.command('submit').description('run a command, print its log, and end with its exit code'),
    )
      .argument('[command...]', 'after --; one word is a line of shell')
      .option('--no-wait', 'return when it is in the queue')
      .addHelpText(
        'after',
        `\nEnds with ${timeOver} when the job's time was over, with ${noExitCode} when it ended without an exit code.`,
      ),
    deps,
    (ctx, { args, options }) => submit(ctx, args, options),
  );
};
