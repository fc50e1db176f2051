import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectsAt, textAt } from '../support/client.ts';
import { runCommandLine, runOnTerminal, type Ended } from '../support/command-line.ts';
import { startFakeSts } from '../support/fake-sts.ts';
import { until } from '../support/ingest-load.ts';
import { oneServer } from '../support/one-server.ts';

const hasSandbox = spawnSync('bwrap', ['--ro-bind', '/', '/', 'true']).status === 0;
if (!hasSandbox)
  console.warn('SKIPPED: bubblewrap is not here or may not run: gpu-dev is NOT tested against real jobs');

const researcher = {
  accessKeyId: 'ASIAOFTHETESTSOFOURS',
  secretAccessKey: 'the+secret/of+aws+that+stays+on+this+machine',
  sessionToken: 'T'.repeat(200),
  account: '123456789012',
  role: 'GpuDev',
  session: 'ann@example.org',
};
const sts = await startFakeSts(researcher);
const one = oneServer({
  AWS_ENDPOINT_URL_STS: sts.url,
  ALLOWED_AWS_ROLE: `arn:aws:iam::${researcher.account}:role/${researcher.role}`,
});
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
/** A shell that reads what is piped in. */
const inShell = (job: string, typed: string): Promise<Ended> => gpuDev(['connect', job], typed);
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
  await sts.close();
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
    const built = await gpuDev(['reserve', '-t', 'cpu-x86', '--dockerfile', import.meta.filename]);
    expect(built.code).not.toBe(0);
    expect(built.err).toMatch(/[Dd]ockerfile/);
  });

  it('signs in with AWS as well: a signature that STS finds right, and no secret', async () => {
    const other = await mkdtemp(join(tmpdir(), 'gpu-dev-aws-'));
    const env = {
      HOME: other,
      GPU_DEV_API_URL: one.url,
      AWS_ENDPOINT_URL_STS: sts.url,
      AWS_ACCESS_KEY_ID: researcher.accessKeyId,
      AWS_SECRET_ACCESS_KEY: researcher.secretAccessKey,
      AWS_SESSION_TOKEN: researcher.sessionToken,
    };
    try {
      const login = await runCommandLine('gpu-dev', ['login', '--aws'], { env });
      expect(login.code, login.err).toBe(0);
      expect(login.out).toContain('as ann-example.org');
      expect((await runCommandLine('gpu-dev', ['avail'], { env })).code).toBe(0);
      const kept = await readFile(join(other, '.gpu-dev/credentials'), 'utf8');
      expect(kept).not.toContain(researcher.secretAccessKey);
      expect((await runCommandLine('gpu-dev', ['logout'], { env })).code).toBe(0);
      // The key is revoked, not only forgotten.
      const key = textAt(JSON.parse(kept) as Record<string, unknown>, 'api_key');
      const { code } = await runCommandLine('gpu-dev', ['avail'], { env: { ...env, GPU_DEV_API_KEY: key } });
      expect(code).toBe(3);
      const wrong = { ...env, AWS_SECRET_ACCESS_KEY: 'x'.repeat(40) };
      expect((await runCommandLine('gpu-dev', ['login', '--aws'], { env: wrong })).code).toBe(3);
    } finally {
      await rm(other, { recursive: true, force: true });
    }
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

    const shell = await inShell('first', 'echo kept-$((40+2)) > note; exit 7\n');
    expect(shell.code, `${shell.out}\n${shell.err}`).toBe(7);

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
    const found = await inShell('second', 'cat note; exit\n');
    expect(found.out).toContain('kept-42');
    await done(['cancel', '--all', '--yes']);
    await diskIsFree();
  });

  it('runs a command, shows its log, and ends with its exit code', async () => {
    const ran = await gpuDev([
      ...['submit', '-t', 'cpu-x86', '-h', '0.1', '--env', 'WHO=stranger', '--'],
      ...['sh', '-c', 'echo hello $WHO; echo "$1"; sleep 1; exit 9', 'sh', 'two words'],
    ]);
    expect(ran.code, ran.err).toBe(9);
    expect(ran.out).toBe('hello stranger\ntwo words\n');
    const { jobs } = {
      jobs: JSON.parse(await done(['--json', 'list', '--all', '-s', 'failed'])) as unknown[],
    };
    const id = textAt(jobs[0] as Record<string, unknown>, 'job_id');
    expect(await done(['logs', id.slice(0, 8)])).toBe('hello stranger\ntwo words\n');
    expect(await done(['debug', id])).toContain('exit code');
  });

  it('is extended and shown, in words and as JSON', async () => {
    await done(['reserve', '-t', 'cpu-x86', '-h', '0.25', '-n', 'third', '-q']);
    const before = Date.parse(textAt(await json(['show', 'third']), 'expires_at'));
    expect(await done(['edit', 'third', '--extend', '0.5'])).toContain('Extended by 0.5 h;');
    const job = await json(['show', 'third']);
    expect(Date.parse(textAt(job, 'expires_at')) - before).toBe(30 * 60_000);
    const listed = JSON.parse(await done(['--json', 'list'])) as Record<string, unknown>[];
    expect(listed.map(({ name, status }) => [name, status])).toEqual([['third', 'active']]);
  });

  it('is a terminal on a terminal: its size, its keys, and the screen as before afterwards', async () => {
    const script =
      'stty -a > before; gpu-dev connect third; echo code=$?; stty -a > after; cmp before after && echo same';
    const { output, code } = await runOnTerminal(script, {
      env: { HOME: home, GPU_DEV_API_URL: one.url },
      cwd: home,
      size: { cols: 101, rows: 37 },
      // Ctrl-C goes to what runs inside, not to gpu-dev.
      keys: [
        [/\$ $/, "sh -c 'stty size; exec sleep 600'\r"],
        [/37 101/, '\u0003'],
        [/\^C[^]*\$ $/, 'exit 5\r'],
      ],
    });
    expect(output).toContain('code=5');
    expect(output).toContain('same');
    expect(code).toBe(0);
  });

  it('goes on when the shell is left', async () => {
    const { output } = await runOnTerminal('gpu-dev connect third; echo code=$?', {
      env: { HOME: home, GPU_DEV_API_URL: one.url },
      cwd: home,
      size: { cols: 80, rows: 24 },
      keys: [[/\$ $/, '\r~.']],
    });
    expect(output).toContain('Left; the job goes on');
    expect(output).toContain('code=0');
    expect(textAt(await json(['show', 'third']), 'status')).toBe('active');
  });
});
