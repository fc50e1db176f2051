import { CommanderError, type Command } from 'commander';
import { CliError, describeError } from './cli-error.ts';
import { exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { CommandDeps } from './context.ts';
import { createProgram } from './program.ts';
import { gpushieldTool, type Tool } from './tool.ts';
import { cleanLine } from './text/clean.ts';

const helpCodes: readonly string[] = ['commander.helpDisplayed', 'commander.help', 'commander.version'];

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const report = (io: Io, error: unknown, tool: Tool): number => {
  if (error instanceof CommanderError) {
    // Commander has printed its message. Help that was not asked for means that something was missing.
    return helpCodes.includes(error.code) && error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  if (error instanceof CliError) {
    for (const line of describeError(error)) io.stderr.write(`${cleanLine(line)}\n`);
    return error.exitCode;
  }
  const reason = error instanceof Error ? error.message : String(error);
  io.stderr.write(`${cleanLine(`Something unforeseen happened: ${reason}`)}\n`);
  if (codeOf(error) === undefined && io.env[tool.debugVariable] !== undefined && error instanceof Error) {
    io.stderr.write(`${error.stack ?? ''}\n`);
  }
  return exitCodes.failure;
};

/** A command tree, and the tool that it belongs to. */
export interface Program {
  readonly tool: Tool;
  readonly create: (deps: CommandDeps) => Command;
}

const gpushield: Program = { tool: gpushieldTool, create: createProgram };

/** Runs one command line (without the program's own name) and answers with its exit code. Never throws. */
export const run = async (
  argv: readonly string[],
  options: { readonly io: Io; readonly version: string; readonly program?: Program },
): Promise<number> => {
  const { io, version, program = gpushield } = options;
  let exitCode: number = exitCodes.ok;
  const onExit = (code: number): void => {
    exitCode = code;
  };
  try {
    const command = program.create({ io, version, tool: program.tool, onExit });
    await command.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    return report(io, error, program.tool);
  }
};
