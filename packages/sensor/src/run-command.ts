import type { spawn as nodeSpawn } from 'node:child_process';

export interface CommandResult {
  /** Exit status; null when the program could not be started, was killed, or ran past its limits. */
  readonly code: number | null;
  readonly stdout: string;
  /** Why `code` is null. */
  readonly problem?: string;
}
export interface CommandLimits {
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
}
/** Runs a program without a shell; never rejects. */
export type RunCommand = (
  program: string,
  args: readonly string[],
  limits: CommandLimits,
) => Promise<CommandResult>;

/** Runs programs with a deadline and a cap on their output; both end in SIGKILL. The locale is C, stdin is empty. */
export const createRunCommand =
  ({ spawn, path }: { spawn: typeof nodeSpawn; path: string }): RunCommand =>
  (program, args, { timeoutMs, maxOutputBytes }) =>
    new Promise((resolve) => {
      const child = spawn(program, [...args], {
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { PATH: path, LC_ALL: 'C' },
      });
      const chunks: Buffer[] = [];
      let size = 0;
      let problem: string | undefined;
      const stop = (why: string): void => {
        problem ??= why;
        child.kill('SIGKILL');
      };
      const timer = setTimeout(() => stop(`ran longer than ${timeoutMs} ms`), timeoutMs);
      const finish = (code: number | null): void => {
        clearTimeout(timer);
        const stdout = Buffer.concat(chunks).toString('utf8');
        const why = problem ?? (code === null ? 'was killed' : undefined);
        resolve(why === undefined ? { code, stdout } : { code: null, stdout, problem: why });
      };
      child.stdout.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxOutputBytes) stop(`wrote more than ${maxOutputBytes} bytes`);
        else chunks.push(chunk);
      });
      child.on('error', (error) => {
        problem ??= 'code' in error && error.code === 'ENOENT' ? 'is not installed' : 'could not be started';
        finish(null);
      });
      child.on('close', finish);
    });
