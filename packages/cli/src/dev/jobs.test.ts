import { describe, expect, it } from 'vitest';
import { createDevStage } from '../testing/dev-stage.ts';
import { problem } from '../testing/fake-server.ts';
import { jobId, jobSample, queuedSample, summarySample } from '../testing/job-samples.ts';
import type { JobSummary } from '@gpushield/contracts';

const stage = createDevStage();
const other = '2c3f2b3e-363f-42cd-87a0-58d8e587a2ef';

const has = (...jobs: readonly JobSummary[]): void => {
  stage.server.routes.set('GET /v1/jobs', () => ({
    body: { jobs, total: jobs.length, limit: 50, offset: 0 },
  }));
};
const cancels = (id: string): void => {
  stage.server.routes.set(`POST /v1/jobs/${id}/cancel`, () => ({
    body: { job_id: id, action: 'cancel', status: 'requested', message: 'm', expires_at: null },
  }));
};
const posts = (): readonly string[] =>
  stage.server.seen.filter(({ method }) => method === 'POST').map(({ path }) => path);

describe('list', () => {
  it('shows open jobs of one’s own; -s, -u and --all change that', async () => {
    has(summarySample());
    const { out } = await stage.say('list');
    expect(out).toMatch(
      /^ID +NAME +STATUS +WHAT +WHEN +DISK\n1b3f2b3e +trainer +active +2× h100 +ends in 55 min +work\n$/,
    );
    await stage.say('list', '-s', 'failed,expired', '-u', 'all');
    await stage.say('list', '--all');
    const queries = stage.server.seen.map(
      ({ query }) => `${query.get('user') ?? ''} ${query.get('status') ?? ''}`,
    );
    expect(queries).toEqual(['me pending,queued,preparing,active', 'all failed,expired', 'me ']);
    expect((await stage.say('list', '-s', 'gone')).code).toBe(2);
  });
  it('says of a job in its grace that its time is over', async () => {
    has(summarySample({ expires_at: '2026-01-31T12:03:00.000Z' }));
    expect((await stage.say('list')).out).toMatch(/active +2× h100 +time is over +work\n$/);
  });
  it('shows another’s alone when a name is given', async () => {
    has(summarySample(), summarySample({ job_id: other, user_id: 'bob', name: 'bobs' }));
    const { out } = await stage.say('list', '-u', 'bob');
    expect(out).toContain('bobs');
    expect(out).not.toContain('trainer');
  });
  it('watches until Ctrl-C: a line of JSON for each look', async () => {
    has(summarySample());
    let looks = 0;
    const { code, io } = await stage.withKey(['--json', 'list', '-w'], {
      onWait: (world) => {
        looks += 1;
        if (looks === 3) world.interrupt();
      },
    });
    expect(code).toBe(130);
    expect(
      io
        .out()
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as unknown[]).length),
    ).toEqual([1, 1, 1]);
  });
});

describe('a job', () => {
  it('is meant by id, by the beginning of its id, by name, or by being the only one', async () => {
    has(summarySample());
    for (const id of [jobId, jobId.slice(0, 8)])
      stage.server.routes.set(`GET /v1/jobs/${id}`, () => ({
        body: jobSample({ warnings: ['Ends in 5 minutes'] }),
      }));
    for (const args of [['show', jobId], ['show', jobId.slice(0, 8)], ['show', 'trainer'], ['show']]) {
      const { code, out, err } = await stage.say(...args);
      expect([code, err], args.join(' ')).toEqual([0, 'Warning: Ends in 5 minutes.\n']);
      expect(out).toContain('ssh -p 30022 dev@10.0.0.1');
    }
  });
  it('is asked for when several could be meant, and 4 when none is', async () => {
    has(summarySample(), summarySample({ job_id: other, name: null }));
    const several = await stage.say('show');
    expect(several.code).toBe(2);
    expect(several.err).toContain('1b3f2b3e (trainer), 2c3f2b3e');
    expect((await stage.say('show', 'nobody')).code).toBe(4);
  });
});

describe('cancel', () => {
  it('ends the jobs that are named, and says so', async () => {
    has(summarySample());
    cancels(jobId);
    const { code, out } = await stage.say('cancel', 'trainer');
    expect([code, out]).toEqual([0, `Job ${jobId} is being cancelled.\n`]);
    expect((await stage.say('cancel')).code).toBe(2);
  });
  it('asks before all of them, and does nothing without an answer', async () => {
    has(summarySample(), summarySample({ job_id: other, name: 'second' }));
    cancels(jobId);
    cancels(other);
    expect((await stage.say('cancel', '-a')).code).toBe(2);
    expect((await stage.withKey(['cancel', '-a'], { tty: true, answers: ['n'] })).code).toBe(1);
    expect(posts()).toEqual([]);
    const asked = await stage.withKey(['cancel', '-a'], { tty: true, answers: ['y'] });
    expect(asked.io.err()).toContain('Cancel 2 jobs: trainer, second?');
    await stage.say('cancel', '-a', '--yes');
    expect(posts()).toHaveLength(4);
  });
  it('goes on after a job that cannot be cancelled, and fails for it', async () => {
    cancels(other);
    stage.server.routes.set(`POST /v1/jobs/${jobId}/cancel`, () =>
      problem('invalid_transition', 'The job is over'),
    );
    const { code, out, err } = await stage.say('cancel', jobId, other);
    expect(code).not.toBe(0);
    expect(out).toContain(other);
    expect(err).toContain('The job is over');
  });
});

describe('connect', () => {
  it('refuses a job that is not active, with what it waits for', async () => {
    stage.server.routes.set(`GET /v1/jobs/${jobId}`, () => ({
      body: queuedSample({ status_detail: 'Waits for a node' }),
    }));
    const { code, err } = await stage.say('connect', jobId);
    expect(code).toBe(5);
    expect(err).toContain('The job is queued: Waits for a node.');
  });
  it('tells why the server refuses the terminal', async () => {
    stage.server.routes.set(`GET /v1/jobs/${jobId}`, () => ({ body: jobSample() }));
    stage.server.routes.set(`GET /v1/jobs/${jobId}/terminal`, () =>
      problem('not_owner', 'The job is somebody else’s'),
    );
    const { code, io } = await stage.withKey(['connect', jobId]);
    expect(code).toBe(3);
    expect(io.err()).toContain('somebody else’s');
    expect(io.isRaw()).toBe(false);
  });
});
