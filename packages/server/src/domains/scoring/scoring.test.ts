import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';

const database = testDatabase();
let app: App;
let token = '';
const secret = 'secret-1';

beforeAll(async () => {
  app = await testApp({
    db: database.db,
    env: { AGENT_KEYS: JSON.stringify({ 'agent-1': secret, 'agent-2': 'secret-2' }) },
  });
  token = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
});
afterAll(() => stopApp(app));

interface Given {
  readonly agent?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
const report = (events: unknown, { agent = 'agent-1', key = secret, headers = {} }: Given = {}) => {
  const payload = JSON.stringify({ events });
  return app.http.app.inject({
    method: 'POST',
    url: '/api/v1/events',
    headers: {
      'content-type': 'application/json',
      'x-agent-id': agent,
      'x-agent-signature': createHmac('sha256', key).update(payload).digest('base64'),
      ...headers,
    },
    payload,
  });
};
const get = async (url: string) => {
  const answer = await app.http.app.inject({
    method: 'GET',
    url,
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json<{
    data: Record<string, unknown>[];
    pagination: { cursor: string | null; has_more: boolean };
  }>();
};
const now = (): string => new Date().toISOString();

describe('events of a signing agent', () => {
  it('are stored, scored and answered one by one', async () => {
    const answer = await report([
      { pid: 1234, syscall: 'execve', timestamp: '2025-01-15T10:00:00Z', metadata: {} },
      { pid: 7, syscall: 'memfd_create', timestamp: now(), return_value: 5 },
      { pid: '7', syscall: 'execve', timestamp: now() },
      { pid: 7, syscall: 'execveat', timestamp: now(), metadata: { fd: 5 } },
    ]);
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.json()).toMatchObject({ accepted: 3, duplicates: 0, errors: 1 });
    expect(answer.json<{ results: unknown[] }>().results[2]).toEqual({
      id: null,
      status: 'error',
      error: { code: 'invalid_event', message: 'pid must be an integer from 0 to 4194304' },
    });
    const { data } = await get('/api/v1/scores?risk_min=50');
    expect(data).toMatchObject([
      { process_id: 'agent-1:7', contributions: [{ rule: 'memfd-then-exec', technique: 'T1620' }] },
    ]);
  });
});

describe('a recalculation', () => {
  it('makes the same scores anew out of the stored events, while others arrive', async () => {
    const before = (await get('/api/v1/scores?risk_min=1')).data.map(({ process_id: id }) => id);
    await database.db.query(`UPDATE processes SET score_state = NULL, risk = 0`);
    const started = await app.http.app.inject({
      method: 'POST',
      url: '/api/v1/scores:recalculate',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(started.statusCode, started.body).toBe(202);
    const { id } = started.json<{ id: string }>();
    await report([{ pid: 99, syscall: 'execve', timestamp: now(), executable: '/memfd:y (deleted)' }]);
    await expect
      .poll(async () => (await get(`/api/v1/score-recalculations/${id}`)) as object, { timeout: 20_000 })
      .toMatchObject({ status: 'succeeded', progress: 1, events_done: 3 });
    const after = (await get('/api/v1/scores?risk_min=1')).data.map(({ process_id: one }) => one);
    expect(after.toSorted()).toEqual([...before, 'agent-1:99'].toSorted());
  });
});
