import type { JobDetail } from '@gpushield/contracts';
import type { Command } from 'commander';
import type { Api } from '../api/client.ts';
import { CliError } from '../cli-error.ts';
import { act, argument, integerBetween, type CommandContext, type CommandDeps } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { sayWarnings } from './job-view.ts';
import { sshTarget } from './job-words.ts';
import { findJobId, getJob, isFinal, jobPath } from './jobs.ts';
import { runTerminal, type TerminalEnd } from './terminal-session.ts';

interface ConnectOptions {
  readonly rank?: number;
}

const inState = (job: JobDetail): CliError =>
  new CliError({
    title: `The job is ${job.status}`,
    detail: job.status_detail ?? undefined,
    remediation: isFinal(job.status)
      ? 'Reserve another with `gpu-dev reserve`; its disk has what was written to it'
      : `See what it waits for with \`gpu-dev show ${job.job_id.slice(0, 8)}\``,
    exitCode: exitCodes.conflict,
  });

/** What the end of a shell means for the command: its exit code, or why there is none. */
const exitCodeOf = async (
  ctx: CommandContext,
  end: TerminalEnd,
  again: string,
  whyRefused: () => Promise<unknown>,
): Promise<number> => {
  switch (end.kind) {
    case 'exit':
      if (end.code === null) ctx.out.warn('The shell was ended: the job is over, or is ending.');
      return end.code ?? exitCodes.failure;
    case 'left':
      ctx.out.note(`\nLeft; the job goes on. Back with \`${again}\`.`);
      return exitCodes.ok;
    case 'refused':
      // A WebSocket does not tell why it was refused; the same request without the upgrade does, by throwing.
      await whyRefused();
      throw new CliError({
        title: 'The terminal could not be opened',
        detail: end.reason,
        remediation: `Try again with \`${again}\`; a proxy in between must let WebSockets through`,
        exitCode: exitCodes.unavailable,
      });
    case 'lost':
      throw new CliError({
        title: 'The connection to the shell was lost',
        detail: end.reason,
        remediation: `The job may go on: \`${again}\``,
        exitCode: exitCodes.unavailable,
      });
  }
};

/** A shell in a job that is active. Answers with the shell's exit code. */
export const connectTo = async (
  ctx: CommandContext,
  api: Api,
  job: JobDetail,
  options: ConnectOptions,
): Promise<number> => {
  if (job.status !== 'active') throw inState(job);
  sayWarnings(ctx, job);
  const ssh = sshTarget(job);
  if (ssh !== undefined) ctx.out.note(`By ssh too: ssh -p ${ssh.port} ${ssh.user}@${ssh.host}`);
  if (ctx.io.stdin.isTty) ctx.out.note('Enter, then ~. leaves; the job goes on.');
  const rank = options.rank ?? 0;
  const path = jobPath(job.job_id, 'terminal');
  // The token that the requests above used: renewed by now where that was due.
  const token = await api.session.token();
  const end = await runTerminal(ctx.io, { url: await ctx.url(), path: `${path}?rank=${rank}`, token });
  return exitCodeOf(ctx, end, `gpu-dev connect ${job.job_id.slice(0, 8)}`, () => api.get(path, { rank }));
};

export const addConnectCommand = (program: Command, deps: CommandDeps): void => {
  act<ConnectOptions>(
    program
      .command('connect')
      .description('a shell in an active job; its exit code is the command’s')
      .argument('[job]', 'id or name; your only active job when absent')
      .option('--rank <n>', 'which node of a job of several, from 0', integerBetween(0, 63)),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      const given = input.args.length === 0 ? undefined : argument(input);
      const id = await findJobId(api, given, given === undefined ? ['active'] : undefined);
      return connectTo(ctx, api, await getJob(api, id), input.options);
    },
  );
};
