import type { Logger } from 'pino';
import type { Config } from '../config.ts';

/** What every command is given by main, the only reader of the environment. */
export interface CommandContext {
  readonly config: Config;
  readonly log: Logger;
  readonly version: string;
  /** For people, one line each. */
  readonly say: (line: string) => void;
  /** Resolves when the process is asked to end. */
  readonly stopRequested: Promise<string>;
  /** What a child process inherits of the environment. */
  readonly childEnv: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}

export type Command = (context: CommandContext, args: readonly string[]) => Promise<number>;

/** Exit codes that the CLI and scripts rely on. */
export const exitCode = { ok: 0, failure: 1, usage: 2 } as const;
