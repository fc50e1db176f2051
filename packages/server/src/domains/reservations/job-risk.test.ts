import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { reportSigned } from '../../testing/app-harness.ts';
import { reservationsStage, type Stage } from '../../testing/reservations/stage.ts';

const database = testDatabase();
const secret = 'a-secret-of-an-agent';
let stage: Stage;
beforeAll(async () => {
  stage = await reservationsStage(database, { env: { AGENT_KEYS: JSON.stringify({ node: secret }) } });
});
afterAll(() => stage.close());

const report = async (...events: readonly object[]): Promise<void> => {
  const answer = await reportSigned(stage.app, { agent: 'node', secret: secret }, events);
  expect(answer.json(), answer.body.slice(0, 200)).toMatchObject({ accepted: events.length });
};

describe('the risk of a job', () => {
  it('is that of its most dangerous process now, and null where nothing watches it', async () => {
    const user = await stage.person('researcher');
    const submitted = await user.send('POST', '/v1/jobs/submit', { instance_type: 'cpu-x86' });
    const id = String(submitted.json()['job_id']);
    const risk = async () => (await user.send('GET', `/v1/jobs/${id}`)).json()['risk'];
    expect(await risk()).toBeNull();
    const timestamp = new Date().toISOString();
    const event = { syscall: 'read', job_id: id, timestamp };
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
