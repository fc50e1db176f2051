import { afterAll, beforeAll, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { reportSigned, seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';

const database = testDatabase();
let app: App;
let token = '';
const secret = 'secret-1';

beforeAll(async () => {
  app = await testApp({ db: database.db, env: { AGENT_KEYS: JSON.stringify({ node: secret }) } });
  token = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
});
afterAll(() => stopApp(app));

const report = async (...events: readonly object[]): Promise<void> => {
  const answer = await reportSigned(app, { agent: 'node', secret: secret }, events);
  expect(answer.json(), answer.body.slice(0, 200)).toMatchObject({ accepted: events.length });
};

interface Page {
  readonly data: readonly { readonly pid: number }[];
  readonly pagination: { readonly cursor: string | null; readonly has_more: boolean };
}

/** Follows a list to its end; answers the pids on it and how many pages there were. */
const walk = async (url: string): Promise<{ readonly pids: readonly number[]; readonly pages: number }> => {
  const pids: number[] = [];
  let cursor: string | null = null;
  for (let pages = 1; ; pages += 1) {
    const at: string = cursor === null ? '' : `&cursor=${cursor}`;
    const answer = await app.http.app.inject({
      url: `${url}${at}`,
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.statusCode, answer.body).toBe(200);
    const { data, pagination } = answer.json<Page>();
    pids.push(...data.map(({ pid }) => pid));
    expect(pagination.has_more).toBe(pagination.cursor !== null);
    if (pagination.cursor === null) return { pids, pages };
    ({ cursor } = pagination);
  }
};

const timestamp = new Date().toISOString();

it('a rare event behind more chunks than one page reads is found by following the list to its end', async () => {
  await report({ pid: 1, syscall: 'bpf', timestamp });
  await report({ pid: 2, syscall: 'read', timestamp });
  // The last request, received again and again: nothing that the filter asks for.
  await database.db.query(
    `INSERT INTO syscall_chunks (received_at, id, agent_id, events, first_at, last_at, accepted, body)
     SELECT c.received_at + n * interval '1 ms', gen_random_uuid(), agent_id, events, first_at, last_at, accepted, body
       FROM syscall_chunks c, generate_series(1, 900) n
      WHERE c.received_at = (SELECT max(received_at) FROM syscall_chunks)`,
  );
  const { pids, pages } = await walk('/api/v1/events?syscall=bpf&limit=10');
  expect(pids).toEqual([1]);
  expect(pages).toBe(3);
  // Where a page ends because it is full and where it ends because it read enough, nothing is lost or shown twice.
  expect((await walk('/api/v1/events?limit=250')).pids).toHaveLength(902);
});

it('a rare score behind more processes than one page reads is found by following the list to its end', async () => {
  await report({ pid: 10, syscall: 'read', timestamp });
  await report({ pid: 11, syscall: 'execve', executable: '/memfd:x', timestamp: new Date().toISOString() });
  await database.db.query(
    `INSERT INTO processes
     SELECT (jsonb_populate_record(p, jsonb_build_object('process_id', p.process_id || '-' || n, 'alert_id', NULL,
              'created_at', p.created_at + n * interval '1 ms'))).*
       FROM processes p, generate_series(1, 14000) n WHERE p.process_id = 'node:11'`,
  );
  const { pids, pages } = await walk('/api/v1/scores?risk_max=1&limit=5');
  expect(pids).toEqual([10, 2, 1]);
  expect(pages).toBe(2);
});
