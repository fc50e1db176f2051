import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { reportSigned, seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';

const database = testDatabase();
let app: App;
let token = '';
const secret = 'secret-1';

beforeAll(async () => {
  app = await testApp({ db: database.db, env: { AGENT_KEYS: JSON.stringify({ 'agent-1': secret }) } });
  token = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
});
afterAll(() => stopApp(app));

const report = async (event: object): Promise<void> => {
  const answer = await reportSigned(app, { agent: 'agent-1', secret: secret }, [event]);
  expect(answer.json(), answer.body).toMatchObject({ accepted: 1 });
};
const call = async (method: 'GET' | 'POST', url: string, payload?: object) => {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await app.http.app.inject({ method, url, headers, ...(payload && { payload }) });
  expect(answer.statusCode, answer.body).toBeLessThan(300);
  return answer.json<{ data: Record<string, unknown>[]; alert_id: string | null }>();
};
const now = (): string => new Date().toISOString();

describe('a pid that is used again', () => {
  const grave = () => ({ pid: 4711, syscall: 'execve', timestamp: now(), executable: '/memfd:again' });
  const alertOf = async () => (await call('GET', '/api/v1/processes/agent-1:4711')).alert_id;
  /** All that the process did was ten hours ago. */
  const letPass = () =>
    database.db.query(
      `UPDATE processes SET falls_at = now() - interval '1 minute',
         score_state = regexp_replace(score_state::text, '"atMs":\\d+', '"atMs":' ||
           (extract(epoch FROM now() - interval '10 hours') * 1000)::bigint, 'g')::json
        WHERE process_id = 'agent-1:4711'`,
    );

  it('alerts again once the risk of the one before has gone, whose alert is no longer its own', async () => {
    await report(grave());
    const first = await alertOf();
    expect(first).toEqual(expect.any(String));
    await call('POST', `/api/v1/alerts/${String(first)}/resolve`, {});
    await report({ ...grave(), return_value: 1 });
    expect(await alertOf()).toBe(first);
    await letPass();
    await expect.poll(alertOf, { timeout: 10_000 }).toBeNull();
    await report({ ...grave(), return_value: 2 });
    const second = await alertOf();
    expect(second).not.toBe(first);
    expect(await call('GET', `/api/v1/alerts/${String(second)}`)).toMatchObject({
      status: 'open',
      occurrences: 1,
    });
  });

  it('does so also where nobody came to lower the risk in between', async () => {
    const before = await alertOf();
    await call('POST', `/api/v1/alerts/${String(before)}/resolve`, {});
    await letPass();
    await report({ ...grave(), return_value: 3 });
    expect([null, before]).not.toContain(await alertOf());
  });
});

it('Falco tells processes of one pid apart by their start, as a number and as a text', async () => {
  await call('POST', '/api/v1/agents', { agent_id: 'falco-1', format: 'falco' });
  const start = 1_767_323_045_123_456_789n;
  // JSON as Falco writes it: the number has more digits than a double.
  const alert = (startedAt: string, laterMs: number) =>
    `{"priority":"Critical","rule":"Fileless execution","time":"${new Date(Date.now() + laterMs).toISOString()}","output_fields":{"evt.type":"execve",
      "proc.pid":4343,"proc.ppid":1,"proc.ppid.ts":0,"proc.name":"x","proc.exepath":"/memfd:x","proc.pid.ts":${startedAt}}}`;
  const later = String(start + 5_000_000_000n);
  for (const text of [alert(String(start), 0), alert(`"${String(start)}"`, 1), alert(later, 2)]) {
    const answer = await app.http.app.inject({
      method: 'POST',
      url: '/api/v1/events/falco/falco-1',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      payload: text,
    });
    expect(answer.json(), answer.body).toMatchObject({ accepted: 1 });
  }
  const { data } = await call('GET', '/api/v1/processes?agent_id=falco-1');
  const own = data.filter(({ pid }) => pid === 4343);
  expect(own).toMatchObject([
    { process_id: 'falco-1:4343:1767323050123', parent_process_id: 'falco-1:1' },
    { process_id: 'falco-1:4343:1767323045123', started_at: '2026-01-02T03:04:05.123Z', event_count: 2 },
  ]);
  const alerts = own.map(({ alert_id: id }) => id);
  expect(alerts).toEqual([expect.any(String), expect.any(String)]);
  expect(new Set(alerts).size).toBe(2);
});
