import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectsAt, textAt } from '../support/client.ts';
import { runCommandLine, type Ended } from '../support/command-line.ts';
import { until } from '../support/ingest-load.ts';
import { oneServer } from '../support/one-server.ts';

const hasSandbox = spawnSync('bwrap', ['--ro-bind', '/', '/', 'true']).status === 0;
if (!hasSandbox)
  console.warn('SKIPPED: bubblewrap is not here or may not run: gpu-dev is NOT tested against real jobs');

const one = oneServer();
const password = 'plum-kettle-orbit-42';
let home = '';

const gpuDev = (args: readonly string[], stdin?: string): Promise<Ended> =>
  runCommandLine('gpu-dev', args, {
    env: { HOME: home, GPU_DEV_API_URL: one.url },
    ...(stdin === undefined ? {} : { stdin }),
  });
/** The same, where nothing may go wrong; what it printed. */
const done = async (args: readonly string[], stdin?: string): Promise<string> => {
  const { code, out, err } = await gpuDev(args, stdin);
  expect(code, `${args.join(' ')}\n${out}\n${err}`).toBe(0);
  return out;
};
const json = async (args: readonly string[]): Promise<Record<string, unknown>> =>
  JSON.parse(await done(['--json', ...args])) as Record<string, unknown>;
const diskIsFree = (): Promise<void> =>
  until('the disk to be given back', async () => {
    const disk = await one.admin.send('GET', '/v1/jobs?user=all&status=pending,queued,preparing,active');
    return objectsAt(disk.json(), 'jobs').length === 0;
  });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'gpu-dev-test-'));
  const made = await one.admin.send('POST', '/api/v1/users', {
    username: 'stranger',
    password,
    roles: ['researcher'],
  });
  expect(made.status, made.text).toBe(201);
});

afterAll(async () => {
  // Jobs outlive their server: what this file started must end before it.
  if (hasSandbox) {
    await gpuDev(['cancel', '--all', '--yes']);
    await until('nothing of any job to be left on the host', async () => {
      const left = await readdir(join(one.server.dataDir, 'jobs/jobs')).catch(() => []);
      return left.length === 0;
    });
  }
  await rm(home, { recursive: true, force: true });
});

describe('a stranger with gpu-dev', () => {
  it('is told to sign in, signs in, and keeps the session to themselves', async () => {
    const before = await gpuDev(['list']);
    expect(before.code).toBe(3);
    expect(before.err).toContain('gpu-dev login');
    const out = await done(['login', '--username', 'stranger', '--password-stdin'], password);
    expect(out).toContain(`Signed in to ${one.url} as stranger`);
    const kept = await stat(join(home, '.gpu-dev/credentials'));
    expect(kept.mode & 0o777).toBe(0o600);
  });

  it('is refused at once what cannot be, in words', async () => {
    const { code, err } = await gpuDev(['reserve', '-t', 'quantum-9']);
    expect(code).not.toBe(0);
    expect(err).toContain('There is no type quantum-9');
  });
});

describe.skipIf(!hasSandbox)('a stranger’s job', () => {
  it('gives a shell, and a disk that the next job finds as it was', async () => {
    expect(await done(['avail'])).toContain('cpu-x86');
    const reserved = await gpuDev([
      'reserve',
      '-t',
      'cpu-x86',
      '-h',
      '0.25',
      '-n',
      'first',
      '--disk',
      'work',
    ]);
    expect(reserved.code, reserved.err).toBe(0);
    expect(reserved.out).toContain('cpu-x86 is yours.');
    expect(await done(['list'])).toMatch(/first +active +cpu-x86 +ends in 15 min/);
    expect(textAt(await json(['show', 'first']), 'disk_name')).toBe('work');

    const shell = await gpuDev(['connect', 'first'], 'echo kept-$((40+2)) > note; exit 7\n');
    expect(shell.code, shell.err).toBe(7);

    expect(await done(['cancel', 'first'])).toContain('is being cancelled');
    await diskIsFree();
    await until('the disk to be given back', async () => {
      const again = await gpuDev([
        'reserve',
        '-t',
        'cpu-x86',
        '-h',
        '0.25',
        '-n',
        'second',
        '--disk',
        'work',
      ]);
      return again.code === 0;
    });
    const found = await gpuDev(['connect'], 'cat note; exit\n');
    expect(found.out).toContain('kept-42');
    await done(['cancel', '--all', '--yes']);
    await diskIsFree();
  });
});
