import type { JobDetail } from '@gpushield/contracts';
import { describe, expect, it } from 'vitest';
import { createDevStage } from '../testing/dev-stage.ts';
import { problem } from '../testing/fake-server.ts';
import {
  availabilitySample,
  estimateSample,
  jobId,
  jobSample,
  queuedSample,
  submittedSample,
} from '../testing/job-samples.ts';

const stage = createDevStage();

const accepts = (): void => {
  stage.server.routes.set('POST /v1/jobs/submit', () => ({ body: submittedSample() }));
};
/** The job at each look; the last of them from then on. */
const goesThrough = (...looks: readonly JobDetail[]): void => {
  const left = [...looks];
  stage.server.routes.set(`GET /v1/jobs/${jobId}`, () => ({
    body: left.length > 1 ? left.shift() : left[0],
  }));
};
const submitted = (): unknown => stage.server.seen.find(({ path }) => path === '/v1/jobs/submit')?.body;

describe('reserve', () => {
  it('takes no hours that there are not, and tells which there are', async () => {
    for (const hours of ['0', '-1', '0.001', 'abc', '73', 'NaN', 'Infinity', '']) {
      const { code, err } = await stage.say('reserve', '-t', 'h100', '--hours', hours, '--no-wait');
      expect(code, hours).toBe(2);
      expect(err).toContain('It must be a number from 0.017 to 72.');
    }
    expect(stage.server.seen).toEqual([]);
  });
  it('sends what the options say, with hours in fractions, and nothing that was not said', async () => {
    accepts();
    goesThrough(jobSample());
    const args = ['-g', '2', '-t', 'h100', '-h', '0.25', '-n', 'trainer', '--jupyter', '--disk', 'work'];
    const more = [
      '--disk-size',
      '50',
      '--image',
      'a/b:1',
      '--env',
      'A=1=2',
      '--env',
      'HERE',
      '--github-user',
      'ada',
    ];
    const { code } = await stage.withKey(['reserve', ...args, ...more], { env: { HERE: 'there' } });
    expect(code).toBe(0);
    expect(submitted()).toEqual({
      instance_type: 'h100',
      gpu_count: 2,
      duration_hours: 0.25,
      name: 'trainer',
      jupyter_enabled: true,
      disk_name: 'work',
      disk_size_gb: 50,
      image: 'a/b:1',
      env_vars: { A: '1=2', HERE: 'there' },
      github_user: 'ada',
    });
    await stage.withKey(['reserve', '-t', 'cpu-x86', '--disk', 'none', '--no-wait']);
    expect(stage.server.seen.at(-1)?.body).toEqual({ instance_type: 'cpu-x86' });
  });

  it('tells place, time and reasons while it waits, then how to get in', async () => {
    accepts();
    const starting = queuedSample({
      status: 'preparing',
      status_detail: 'Pulling the image',
      estimate: null,
    });
    goesThrough(queuedSample(), queuedSample(), starting, jobSample());
    const { code, out, err } = await stage.say('reserve', '-t', 'h100', '-g', '2');
    expect(code).toBe(0);
    // A line for each change, not one for each look.
    expect(err).toBe(
      `Job ${jobId}\nQueued, number 2 in line, starts in 5 min: Job 0000aaaa must end first\nStarting: Pulling the image\n`,
    );
    expect(out).toContain('2× h100 is yours.');
    expect(out).toContain('ssh -p 30022 dev@10.0.0.1');
    expect(out).toContain('gpu-dev connect 1b3f2b3e');
  });

  it('has one line on a terminal, never wider than that, with the reasons above it', async () => {
    accepts();
    goesThrough(queuedSample(), queuedSample(), jobSample());
    const { io } = await stage.withKey(['reserve', '-t', 'h100', '--no-color'], { tty: true, columns: 40 });
    const lines = io.err().split('\n');
    expect(lines.slice(0, 2)).toEqual([`Job ${jobId}`, 'Job 0000aaaa must end first']);
    const states = (lines[2] ?? '').split('\r\u001b[K').filter((text) => text !== '');
    expect(states).toEqual([
      'Queued, number 2 in line, starts in 5 …',
      'Queued, number 2 in line, starts in 5 …',
    ]);
  });

  it('waits for Jupyter where it was asked for, and shows its address and token', async () => {
    accepts();
    const wanted = { jupyter_enabled: true, jupyter_token: 'the-token' };
    goesThrough(jobSample(wanted), jobSample({ ...wanted, jupyter_url: 'http://10.0.0.1:8888/lab' }));
    const { out, err } = await stage.say('reserve', '-t', 'h100', '--jupyter');
    expect(err).toContain('Jupyter is starting');
    expect(out).toContain('http://10.0.0.1:8888/lab');
    expect(out).toContain('the-token');
  });

  it('shows the end of a job that never started as a failure, with its reason', async () => {
    accepts();
    goesThrough(jobSample({ status: 'failed', status_detail: 'The image does not exist', started_at: null }));
    const { code, err } = await stage.say('reserve', '-t', 'h100');
    expect(code).toBe(1);
    expect(err).toContain('The job is failed: The image does not exist.');
  });

  it('leaves the job alone on Ctrl-C, says how to go on, and ends with 130', async () => {
    accepts();
    goesThrough(queuedSample());
    const { code, io } = await stage.withKey(['reserve', '-t', 'h100'], {
      onWait: (world) => world.interrupt(),
    });
    expect(code).toBe(130);
    expect(io.err()).toContain('The job goes on. See it with `gpu-dev show 1b3f2b3e`');
    expect(stage.server.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('waits on while the server is away for a moment, and says how the job goes on when it stays away', async () => {
    accepts();
    const looks = [queuedSample(), undefined, undefined, jobSample()];
    stage.server.routes.set(`GET /v1/jobs/${jobId}`, () => {
      const job = looks.length > 1 ? looks.shift() : looks[0];
      return job === undefined ? problem('unavailable', 'd') : { body: job };
    });
    const { code, err } = await stage.say('reserve', '-t', 'h100');
    expect(code).toBe(0);
    expect(err.match(/trying again/g)).toHaveLength(2);
    looks.splice(0, looks.length, undefined);
    const away = await stage.say('reserve', '-t', 'h100');
    expect(away.code).toBe(6);
    expect(away.err).toContain('The job goes on. See it with `gpu-dev show 1b3f2b3e`');
  });

  it('prints one JSON value with --json, and everything else beside it', async () => {
    accepts();
    goesThrough(queuedSample(), jobSample());
    const { out } = await stage.say('--json', 'reserve', '-t', 'h100');
    expect(JSON.parse(out)).toMatchObject({ job_id: jobId, status: 'active' });
  });

  it('says with --dry-run when and why, and submits nothing', async () => {
    stage.server.routes.set('POST /v1/jobs/submit', () => ({
      body: submittedSample({ job_id: null, status: 'dry_run' }),
    }));
    const { code, out } = await stage.say('reserve', '-t', 'h100', '--dry-run');
    expect(submitted()).toEqual({ instance_type: 'h100', dry_run: true });
    expect(code).toBe(0);
    expect(out).toContain('number 2 in line, starts in 5 min');
    expect(out).toContain('2 GPU hours');
  });

  it('spreads GPUs evenly over nodes with --distributed, or says why it cannot', async () => {
    accepts();
    stage.server.routes.set('GET /v1/gpu/availability', () => ({
      body: {
        availability: { h100: availabilitySample() },
        timestamp: '2026-01-31T12:00:00.000Z',
        as_of: '2026-01-31T12:00:00.000Z',
        stale: false,
      },
    }));
    await stage.say('reserve', '-t', 'H100', '-g', '16', '-d', '--no-wait');
    expect(submitted()).toEqual({ instance_type: 'H100', gpu_count: 8, nodes: 2 });
    const { code, err } = await stage.say('reserve', '-t', 'h100', '-g', '17', '-d', '--no-wait');
    expect(code).toBe(2);
    expect(err).toContain('Give a multiple of 3');
  });

  it('passes the server’s refusal on, and refuses what is wrong by itself without asking', async () => {
    stage.server.routes.set('POST /v1/jobs/submit', () =>
      problem('reservation_impossible', 'This server builds no images'),
    );
    const refused = await stage.say('reserve', '-t', 'h100', '--dockerfile', import.meta.filename);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain('This server builds no images');
    const asked = stage.server.seen.length;
    for (const args of [
      ['reserve'],
      ['reserve', '-t', 'h100', '-h', '0'],
      ['reserve', '-t', 'h100', '-h', '73'],
      ['reserve', '-t', 'h100', '--disk', '../etc'],
      ['reserve', '-t', 'h100', '--disk-size', '50'],
      ['reserve', '-t', 'h100', '--env', 'A B=1'],
      ['reserve', '-t', 'h100', '--env', 'NOT_SET_HERE'],
      ['reserve', '-t', 'h100', '--dockerfile', '/nowhere/Dockerfile'],
      ['reserve', '-t', 'h100', '--ssh-key', import.meta.filename],
      ['reserve', '-t', 'h100', '-d'],
    ])
      expect((await stage.say(...args)).code, args.join(' ')).toBe(2);
    expect(stage.server.seen).toHaveLength(asked);
  });

  it('prints nothing of the server’s that drives a terminal, and no ssh command that is none', async () => {
    accepts();
    const evil = 'x\u001b]0;owned\u0007\u001b[2J\u202e\nSigned in';
    goesThrough(
      queuedSample({ estimate: estimateSample({ reasons: [{ code: 'quota', message: evil }] }) }),
      jobSample({ disk_name: evil, ssh_command: 'ssh -p 1 dev@h -oProxyCommand=evil' }),
    );
    const { out, err } = await stage.say('reserve', '-t', 'h100');
    // eslint-disable-next-line no-control-regex -- control characters are what this is about
    expect(out + err).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(out).not.toContain('ProxyCommand');
  });
});
