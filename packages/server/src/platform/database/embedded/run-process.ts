import { spawn } from 'node:child_process';
import type { Account } from './account.ts';

/** The environment of PostgreSQL's processes: nothing of ours, which holds secrets, and no foreign PG* variables. */
export const postgresEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: '/usr/bin:/bin',
  LC_ALL: 'C',
  // Windows programs do not start without it; passed on, not read as configuration.
  // eslint-disable-next-line no-restricted-properties
  ...(process.platform === 'win32' ? { SystemRoot: process.env.SystemRoot } : {}),
});

export const asAccount = (account: Account | undefined): { uid?: number; gid?: number } =>
  account === undefined ? {} : { uid: account.uid, gid: account.gid };

// What a failing tool says last is what matters.
const maxOutputChars = 4_000;

/** Runs a program to its end; throws with what it said when it fails or takes longer than `timeoutMs`. */
export const runProcess = (options: {
  program: string;
  args: readonly string[];
  account: Account | undefined;
  cwd: string;
  timeoutMs: number;
}): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(options.program, options.args, {
      cwd: options.cwd,
      env: postgresEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
      ...asAccount(options.account),
    });
    let output = '';
    const gather = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-maxOutputChars));
    child.stdout.on('data', gather);
    child.stderr.on('data', gather);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${options.program} ended with ${signal ?? `code ${code}`}: ${output.trim()}`));
    });
  });
