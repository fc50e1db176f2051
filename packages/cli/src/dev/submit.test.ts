import type { JobDetail } from '@gpushield/contracts';
import { describe, expect, it } from 'vitest';
import { createDevStage } from '../testing/dev-stage.ts';
import { jobId, jobSample, queuedSample, submittedSample } from '../testing/job-samples.ts';

const stage = createDevStage();

const runs = (log: string, ...looks: readonly JobDetail[]): void => {
  const left = [...looks];
  stage.server.routes.set('POST /v1/jobs/submit', () => ({ body: submittedSample() }));
  stage.server.routes.set(`GET /v1/jobs/${jobId}`, () => ({
    body: left.length > 1 ? left.shift() : left[0],
  }));
  stage.server.routes.set(`GET /v1/jobs/${jobId}/logs`, () => ({
    body: { job_id: jobId, rank: 0, text: log, truncated: false, kept: true },
  }));
};
const ended = (fields: Partial<JobDetail>): JobDetail =>
  jobSample({ status: 'expired', ended_at: '2026-01-31T12:04:00.000Z', ...fields });
const commandSent = (): unknown => (stage.server.seen[0]?.body as { command?: unknown }).command;

describe('submit', () => {
  it('waits, prints the log once, and ends with the command’s exit code', async () => {
    runs(
      'epoch 1\nepoch 2\n',
      queuedSample(),
      jobSample(),
      jobSample(),
      ended({ status: 'failed', exit_code: 9 }),
    );
    const { code, out } = await stage.say('submit', '-t', 'h100', '--', 'python', 'train.py', '--json', '-h');
    expect(code).toBe(9);
    expect(out).toBe('epoch 1\nepoch 2\n');
    expect(commandSent()).toBe('python train.py --json -h');
  });
  it('keeps arguments apart, and takes one word as a line of shell', async () => {
    runs('', ended({ exit_code: 0 }));
    await stage.say('submit', '-t', 'h100', '--', 'echo', "it's", 'a b', '$HOME');
    expect(commandSent()).toBe(`echo 'it'\\''s' 'a b' '$HOME'`);
    stage.server.routes.set('POST /v1/jobs/submit', ({ body }) => ({
      body: submittedSample({ message: JSON.stringify(body) }),
    }));
    const { out } = await stage.say('--json', 'submit', '-t', 'h100', '--no-wait', '--', 'ls | wc -l');
    expect(out).toContain('ls | wc -l');
  });
  it('ends with 124 when the time was over, 125 when there is no exit code, and 0 when all is well', async () => {
    for (const [job, code] of [
      [ended({ exit_code: 0 }), 0],
      [ended({ exit_code: null, status_detail: 'Its time is over' }), 124],
      [ended({ status: 'cancelled', exit_code: null }), 125],
      [ended({ status: 'failed', exit_code: null, started_at: null, status_detail: 'No such image' }), 125],
    ] as const) {
      runs('', job);
      expect((await stage.say('submit', '-t', 'h100', '--', 'true')).code).toBe(code);
    }
  });
  it('says while it waits that the end is near, once', async () => {
    const started = {
      at: '2026-01-31T12:00:00.000Z',
      kind: 'status',
      status: 'active',
      message: 'Running',
    } as const;
    const warned = {
      ...started,
      at: '2026-01-31T12:01:00.000Z',
      kind: 'warning',
      message: 'Ends in 5 minutes',
    };
    const before = jobSample({ history: [started] });
    const after = jobSample({ history: [started, warned] });
    runs('', before, before, after, after, ended({ exit_code: 0, history: [started, warned] }));
    const { err } = await stage.say('submit', '-t', 'h100', '--', 'true');
    expect(err.match(/Warning: Ends in 5 minutes\./g)).toHaveLength(1);
  });
  it('prints the job alone with --json', async () => {
    runs('noise\n', jobSample(), ended({ exit_code: 0 }));
    const { out } = await stage.say('--json', 'submit', '-t', 'h100', '--', 'true');
    expect(JSON.parse(out)).toMatchObject({ status: 'expired', exit_code: 0 });
  });
  it('is interrupted without ending the job, and needs a command', async () => {
    runs('', jobSample());
    const { code, io } = await stage.withKey(['submit', '-t', 'h100', '--', 'true'], {
      onWait: (world) => world.interrupt(),
    });
    expect(code).toBe(130);
    expect(io.err()).toContain('gpu-dev logs -f 1b3f2b3e');
    expect(io.err()).toContain('gpu-dev cancel 1b3f2b3e');
    expect((await stage.say('submit', '-t', 'h100')).code).toBe(2);
  });
});
