import { spawn, spawnSync } from 'node:child_process';

/** Whether this machine has curl; says so loudly where it has not, since tests are left out then. */
export const hasCurl = (): boolean => {
  const found = spawnSync('curl', ['--version']).status === 0;
  if (!found) console.warn('SKIPPED: the seed examples are not run, because this machine has no curl');
  return found;
};

export interface CurlAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object';

/** Runs a shell command that begins with curl; adds what shows the status and, where given, a credential. */
export const runCurl = async (command: string, token: string | undefined): Promise<CurlAnswer> => {
  const credential = token === undefined ? '' : ` -H "Authorization: Bearer ${token}"`;
  const child = spawn('sh', [
    '-c',
    `${command}${credential} --silent --show-error --max-time 20 --write-out '\n%{http_code}'`,
  ]);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`curl ended with ${String(code)}: ${err}`);
  const cut = out.lastIndexOf('\n');
  const body: unknown = JSON.parse(out.slice(0, cut));
  if (!isObject(body)) throw new Error(`curl got no JSON object: ${out}`);
  return { status: Number(out.slice(cut + 1)), body };
};
