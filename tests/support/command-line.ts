import { spawn } from 'node:child_process';
import { spawn as spawnOnTerminal } from '@lydell/node-pty';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../', import.meta.url));
/** Nothing here takes longer, also on a busy machine. */
const longestMs = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs one of our command lines as a person's shell would, with what is piped in, to its end. */
export const runCommandLine = async (
  name: 'gpushield' | 'gpu-dev',
  args: readonly string[],
  options: { readonly env: Readonly<Record<string, string>>; readonly stdin?: string },
): Promise<Ended> => {
  const child = spawn(process.execPath, [`${repository}packages/cli/bin/${name}.js`, ...args], {
    env: { PATH: process.env['PATH'], NO_COLOR: '1', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: longestMs,
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out: Buffer.concat(out).toString('utf8'), err: Buffer.concat(err).toString('utf8') };
};

export interface TerminalRun {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly size: { readonly cols: number; readonly rows: number };
  /** In order: what must be on the screen, and what is typed then. */
  readonly keys: readonly (readonly [shown: RegExp, typed: string])[];
}

/** Runs a shell script that may use our command lines on a terminal of its own, and types into it. */
export const runOnTerminal = (
  script: string,
  { env, cwd, size, keys }: TerminalRun,
): Promise<{ readonly code: number; readonly output: string }> =>
  new Promise((resolve, reject) => {
    const programs = `${repository}node_modules/.bin`;
    const path = `${programs}:${process.env['PATH'] ?? ''}`;
    const terminal = spawnOnTerminal('/bin/sh', ['-c', script], {
      name: 'xterm-256color',
      cwd,
      env: { ...env, PATH: path, TERM: 'xterm-256color' },
      ...size,
    });
    const left = [...keys];
    let output = '';
    let unread = '';
    const timer = setTimeout(() => {
      terminal.kill();
      reject(new Error(`The terminal showed ${output}`));
    }, longestMs / 2);
    terminal.onData((data) => {
      output += data;
      unread += data;
      const [next] = left;
      if (!next?.[0].test(unread)) return;
      left.shift();
      unread = '';
      terminal.write(next[1]);
    });
    terminal.onExit(({ exitCode }) => {
      clearTimeout(timer);
      resolve({ code: exitCode, output });
    });
  });
