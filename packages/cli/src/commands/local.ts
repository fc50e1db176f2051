import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { act, type CommandContext, type CommandDeps } from '../context.ts';

const mainFile = (ctx: CommandContext, packageName: string): string => {
  const file = ctx.io.mainOf(packageName);
  if (file !== undefined) return file;
  throw new CliError({
    title: `${packageName} is not installed beside this command`,
    remediation: 'Run `npm install` in the GPUShield folder, or do this on the machine that has the server.',
  });
};

/** Runs a command of the server as a child and answers with its exit code. */
export const runServer = (
  ctx: CommandContext,
  command: string,
  args: readonly string[],
  options: { readonly stdoutToStderr?: boolean } = {},
): Promise<number> =>
  ctx.io.runNode(mainFile(ctx, '@gpushield/server'), { args: [command, ...args], ...options });

const passedThrough = (program: Command, name: string, description: string): Command =>
  program
    .command(name)
    .description(description)
    .argument('[args...]', 'passed on as they are')
    .allowUnknownOption();

/** What runs on this machine rather than through the API. */
export const addLocalCommands = (program: Command, deps: CommandDeps): void => {
  act(passedThrough(program, 'start', 'run the server and this machine’s sensor'), deps, (ctx, { args }) =>
    runServer(ctx, 'start', args),
  );
  act(passedThrough(program, 'serve', 'run the server alone'), deps, (ctx, { args }) =>
    runServer(ctx, 'serve', args),
  );
  act(passedThrough(program, 'migrate', 'bring the database to this version'), deps, (ctx, { args }) =>
    runServer(ctx, 'migrate', args),
  );
  act(passedThrough(program, 'sensor', 'run the sensor of this machine alone'), deps, (ctx, { args }) =>
    ctx.io.runNode(mainFile(ctx, '@gpushield/sensor'), { args }),
  );
};
