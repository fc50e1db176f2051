import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { reportSigned } from '../../testing/app-harness.ts';
import { placedJob, rowOf } from '../../testing/reservations/jobs.ts';
import { fakeRuntime, processorDeps, runningJob } from '../../testing/reservations/processor.ts';
import { reservationsStage, type Stage } from '../../testing/reservations/stage.ts';
import { tieProcesses } from '../scoring/processes/tie-processes.ts';
import { reconcileJob } from './processor/reconcile-job.ts';

const database = testDatabase();
const secret = 'a-secret-of-an-agent';
let stage: Stage;
beforeAll(async () => {
  stage = await reservationsStage(database, { env: { AGENT_KEYS: JSON.stringify({ node: secret }) } });
});
afterAll(() => stage.close());

const report = async (...events: readonly object[]): Promise<void> => {
  const timestamp = new Date().toISOString();
  const given = events.map((each) => ({ timestamp, ...each }));
  const answer = await reportSigned(stage.app, { agent: 'node', secret: secret }, given);
  expect(answer.json(), answer.body.slice(0, 200)).toMatchObject({ accepted: events.length });
};

describe('the risk of a job', () => {
  it('is that of its most dangerous process now, and null where nothing watches it', async () => {
    const user = await stage.person('researcher');
    const submitted = await user.send('POST', '/v1/jobs/submit', { instance_type: 'cpu-x86' });
    const id = String(submitted.json()['job_id']);
    const risk = async () => (await user.send('GET', `/v1/jobs/${id}`)).json()['risk'];
    expect(await risk()).toBeNull();
    const event = { syscall: 'read', job_id: id };
    await report({ ...event, pid: 11 });
    await expect.poll(risk).toEqual({ score: 0, level: 'none' });
    await report(
      { ...event, pid: 12, syscall: 'execve', executable: '/memfd:x (deleted)' },
      { ...event, pid: 13, job_id: 'another', syscall: 'execve', executable: '/memfd:x (deleted)' },
    );
    await expect.poll(async () => Number(Reflect.get(Object(await risk()), 'score'))).toBeGreaterThan(10);
    const admin = await stage.person('admin');
    const scores = (await admin.send('GET', `/api/v1/scores?job_id=${id}`)).json()['data'];
    const highest = Math.max(
      ...(Array.isArray(scores) ? scores : []).map((one: unknown) =>
        Number(Reflect.get(Object(one), 'risk_score')),
      ),
    );
    expect(Math.abs(Number(Reflect.get(Object(await risk()), 'score')) - highest)).toBeLessThan(1);
  });
});

describe('the risk of a job of pods', () => {
  const member = (podUid: string, rank: number) => ({
    ...{ rank, node: 'node', podName: `gs-x-${rank}`, podUid, host: null, sshPort: null },
  });
  /** The job's reconciler looks, and sees these pods. */
  const look = async (job: string, ...podUids: readonly string[]): Promise<void> => {
    const runtime = fakeRuntime({
      observe: ({ jobId }) => Promise.resolve({ ...runningJob(jobId), members: podUids.map(member) }),
    });
    await reconcileJob(await processorDeps(database.db, { runtime, tieProcesses }), job, () => undefined);
  };
  const memfd = { syscall: 'execve', executable: '/memfd:x (deleted)' };
  const processesOf = async (job: string): Promise<readonly number[]> => {
    const admin = await stage.person('admin');
    const found = (await admin.send('GET', `/api/v1/processes?job_id=${job}`)).json()['data'];
    return (Array.isArray(found) ? found : []).map((one: unknown) => Number(Reflect.get(Object(one), 'pid')));
  };
  const riskOf = async (job: string) => {
    const owner = await stage.person('admin');
    return (await owner.send('GET', `/v1/jobs/${job}`)).json()['risk'];
  };

  it('is that of what a sensor sees in its pods, all of them, and of no other pod', async () => {
    const [first, second, foreign] = [randomUUID(), randomUUID(), randomUUID()];
    const job = await placedJob(database.db, 'node');
    await look(job, first, second);
    expect((await rowOf(database.db, job)).status).toBe('active');
    await report({ ...memfd, pid: 31, pod: foreign }, { syscall: 'read', pid: 32, pod: first });
    expect(await riskOf(job)).toEqual({ score: 0, level: 'none' });
    await report({ ...memfd, pid: 33, pod: second });
    expect(Number(Reflect.get(Object(await riskOf(job)), 'score'))).toBeGreaterThan(10);
    expect([...(await processesOf(job))].sort()).toEqual([32, 33]);
  });

  it('counts what was seen before it was known whose pod it is, and once', async () => {
    const pod = randomUUID();
    const job = await placedJob(database.db, 'node');
    await report({ ...memfd, pid: 41, pod });
    expect(await riskOf(job)).toBeNull();
    await look(job, pod);
    await look(job, pod);
    expect(await processesOf(job)).toEqual([41]);
    expect(Number(Reflect.get(Object(await riskOf(job)), 'score'))).toBeGreaterThan(10);
  });

  it('is not hidden by a job that a process in a pod claims, nor moved by a pod of an earlier start', async () => {
    const [pod, again] = [randomUUID(), randomUUID()];
    const job = await placedJob(database.db, 'node');
    const victim = await placedJob(database.db, 'node');
    await look(job, pod);
    await report({ ...memfd, pid: 51, pod, job_id: victim });
    expect(await processesOf(job)).toEqual([51]);
    expect(await riskOf(victim)).toBeNull();
    await look(victim, pod);
    await look(job, again);
    await report({ ...memfd, pid: 52, pod: again }, { ...memfd, pid: 53, pod });
    expect([...(await processesOf(job))].sort()).toEqual([51, 52, 53]);
  });

  it('is not asked for by names of pods, as other tools tell them', async () => {
    const job = await placedJob(database.db, 'node');
    await look(job, 'a-name');
    await report({ ...memfd, pid: 61, pod: 'a-name' });
    expect(await processesOf(job)).toEqual([]);
  });
});
