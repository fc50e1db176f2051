import { afterAll, beforeAll, expect, it } from 'vitest';
import type { App } from '../../../app.ts';
import { testDatabase } from '../../../testing/index.ts';
import { reportSigned, seedUser, signIn, stopApp, testApp } from '../../../testing/app-harness.ts';

const database = testDatabase();
let app: App;
let token = '';
const secret = 'secret-1';

beforeAll(async () => {
  app = await testApp({ db: database.db, env: { AGENT_KEYS: JSON.stringify({ node: secret }) } });
  token = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
});
afterAll(() => stopApp(app));

const report = async (events: readonly object[]): Promise<void> => {
  const answer = await reportSigned(app, { agent: 'node', secret: secret }, events);
  expect(answer.json(), answer.body.slice(0, 200)).toMatchObject({ accepted: events.length });
};
const call = async (method: 'GET' | 'POST', url: string) => {
  const answer = await app.http.app.inject({ method, url, headers: { authorization: `Bearer ${token}` } });
  return answer.json<{
    data: Record<string, unknown>[];
    contributions: { rule: string }[];
    status: string;
  }>();
};

const loop = ['epoll_wait', 'recvfrom', 'fstat', 'read', 'close', 'sendto', 'futex'];
const usual = (pid: number, batch: number, image: string) =>
  Array.from({ length: 1000 }, (_, index) => ({
    pid,
    image,
    syscall: loop[(index * (index % 11 === batch % 11 ? 3 : 1)) % loop.length],
    timestamp: new Date(Date.now() - 1000 + index).toISOString(),
    return_value: batch * 1000 + index,
  }));

it('learns what a workload does, notes what is unlike it, and learns nothing from a process under alert', async () => {
  await report([
    {
      pid: 66,
      image: 'bad:1',
      syscall: 'execve',
      executable: '/memfd:x',
      timestamp: new Date().toISOString(),
    },
  ]);
  for (let batch = 0; batch < 24; batch += 1) await report(usual(100 + (batch % 3), batch, 'web:1'));
  // Many short runs, as many sequences.
  for (let batch = 0; batch < 6; batch += 1) {
    await report(
      usual(0, batch + 30, 'web:1').map((event, index) => ({ ...event, pid: 200 + Math.floor(index / 25) })),
    );
  }
  await report(usual(66, 99, 'bad:1'));
  const baselines = async () => (await call('GET', '/api/v1/scoring/baselines')).data;
  await expect
    .poll(baselines, { timeout: 40_000, interval: 250 })
    .toMatchObject([{ workload: 'web:1', syscalls: 30_000 }]);
  const strange = ['setsid', 'sysinfo', 'getpriority', 'sched_yield', 'umask', 'times', 'getrusage'];
  await report(
    usual(300, 200, 'web:1').map((event, index) => ({
      ...event,
      syscall: strange[(index * index) % strange.length],
    })),
  );
  await expect
    .poll(async () => (await call('GET', '/api/v1/processes/node:300/score')).contributions, {
      timeout: 30_000,
      interval: 250,
    })
    .toMatchObject([{ rule: 'behaviour-baseline' }]);
  const [web] = await baselines();
  // What was unlike the rest was not learned.
  expect(web).toMatchObject({ workload: 'web:1', syscalls: 30_000 });
  const id = String(web?.['id']);
  expect(await call('POST', `/api/v1/scoring/baselines/${id}/freeze`)).toMatchObject({ status: 'frozen' });
  expect(await call('GET', `/api/v1/scoring/baselines/${id}/model`)).toMatchObject({ model: { order: 8 } });
  expect((await baselines()).map(({ workload }) => workload)).toEqual(['web:1']);
}, 90_000);
