import { spawn } from 'node:child_process';
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
