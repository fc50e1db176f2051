import { JobDebug } from '@gpushield/contracts';
import type { Command } from 'commander';
import { checked } from '../api/check.ts';
import { act, argument, type CommandContext, type CommandDeps } from '../context.ts';
import { cleanJson } from '../text/clean.ts';
import { jobPairs, sayWarnings } from './job-view.ts';
import { findJobId, jobPath } from './jobs.ts';
import { createLogWriter } from './log-text.ts';

const heading = (ctx: CommandContext, text: string): void => {
  ctx.out.paintedLine(`\n${ctx.out.paint('bold', text)}`);
};

const debug = async (ctx: CommandContext, id: string): Promise<void> => {
  const raw = await (await ctx.api()).get(jobPath(id, 'debug'));
  if (ctx.out.json) return ctx.out.value(raw);
  const { job, runtime, workload, messages, logs } = checked(JobDebug, raw);
  ctx.out.pairs([...jobPairs(ctx, job), ['run by', runtime], ['killed for memory', job.oom_count]]);
  heading(ctx, 'What happened');
  for (const message of messages) ctx.out.line(message);
  heading(ctx, 'What runs for it');
  ctx.out.line(workload === null ? 'nothing' : cleanJson(workload, 2));
  heading(ctx, 'What it wrote last');
  const writer = createLogWriter((text) => {
    ctx.io.stdout.write(text);
  });
  writer.take({ text: logs, truncated: true });
  writer.end();
  sayWarnings(ctx, job);
};

export const addDebugCommand = (program: Command, deps: CommandDeps): void => {
  act(
    program
      .command('debug')
      .description('why a job does not work: its state, history, workload and last lines')
      .argument('[job]', 'id or name; your only open job when absent'),
    deps,
    async (ctx, input) => {
      const given = input.args.length === 0 ? undefined : argument(input);
      return debug(ctx, await findJobId(await ctx.api(), given));
    },
  );
};
