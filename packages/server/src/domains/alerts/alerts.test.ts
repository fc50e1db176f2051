import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert, AlertHistoryEntry, CreateAlert } from '@gpushield/contracts';
import { openDatabase, silentLog, type Database, type Tx } from '../../platform/database/index.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import { systemClock } from '../../platform/clock.ts';
import { httpHarness, principalWith, testCursors, testDatabase } from '../../testing/index.ts';
import { createAlertsDomain, type AlertsPort, type RaiseInput } from './index.ts';

const database = testDatabase();
const nodeId = randomUUIDv7();
let server: HttpServer;
let port: AlertsPort;
let otherPool: Database;

beforeAll(async () => {
  otherPool = await openDatabase({ connectionString: database.connectionString, log: silentLog });
  const find = (_db: unknown, id: string) => Promise.resolve(id === nodeId ? { id } : undefined);
  const alerts = createAlertsDomain({
    db: database.db,
    clock: systemClock(),
    newId: () => randomUUIDv7(),
    cursors: testCursors(),
    userExists: (_db, name) => Promise.resolve(name === 'ada'),
    fleet: { findNode: find, findGpu: find, findSensor: find },
  });
  port = alerts.port;
  const principals = {
    ada: principalWith('ada', ['alerts:read', 'alerts:write']),
    bob: principalWith('bob', ['alerts:read', 'alerts:write']),
    viewer: principalWith('viewer', ['alerts:read']),
  };
  server = await httpHarness({ db: database.db, routes: alerts.routes, principals });
});
afterAll(async () => {
  await server.app.close();
  await otherPool.close();
});

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}
const send = async <T = Alert & { detail: string; code: string }>(
  method: 'GET' | 'POST',
  url: string,
  body?: unknown,
  who = 'ada',
  headers: Record<string, string> = {},
): Promise<Answer<T>> => {
  const typed = body === undefined ? {} : { 'content-type': 'application/json' };
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  const authorization = `Bearer ${who}`;
  const answer = await server.app.inject({
    method,
    url: `/api/v1/alerts${url}`,
    headers: { authorization, ...typed, ...headers },
    ...payload,
  });
  return { status: answer.statusCode, body: answer.json<T>() };
};
type PageOf<T> = { data: T[]; pagination: { cursor: string | null; has_more: boolean } };
const create = async (changes: Partial<CreateAlert> = {}) =>
  (await send('POST', '', { title: 'Fan', severity: 'low', fingerprint: randomUUIDv7(), ...changes })).body;
const history = async (id: string) =>
  (await send<PageOf<AlertHistoryEntry>>('GET', `/${id}/history`)).body.data;

const input = (changes: Partial<RaiseInput> = {}): RaiseInput => ({
  title: 'Hot',
  description: '',
  severity: 'medium',
  source: 'test',
  fingerprint: randomUUIDv7(),
  evidence: { n: 1 },
  ...changes,
});
const raise = (db: Database, given: RaiseInput) => db.transaction((tx: Tx) => port.raise(tx, given));

describe('deduplication', () => {
  it('two replicas that raise the same fingerprint at once make one alert with two occurrences', async () => {
    const given = input();
    const [a, b] = await Promise.all([raise(database.db, given), raise(otherPool, given)]);
    expect(a.alertId).toBe(b.alertId);
    expect([a.created, b.created].toSorted()).toEqual([false, true]);
    expect((await send('GET', `/${a.alertId}`)).body).toMatchObject({ occurrences: 2, status: 'open' });
  });

  it('an occurrence raises the severity, never lowers it, and brings its evidence', async () => {
    const given = input({ severity: 'medium', seenAt: new Date('2026-02-01T00:00:00Z') });
    const { alertId } = await raise(database.db, given);
    await raise(database.db, {
      ...given,
      severity: 'critical',
      evidence: { n: 2 },
      seenAt: new Date('2026-03-01T00:00:00Z'),
    });
    await raise(database.db, {
      ...given,
      severity: 'info',
      evidence: { n: 3 },
      seenAt: new Date('2026-01-01T00:00:00Z'),
    });
    expect((await send('GET', `/${alertId}`)).body).toMatchObject({
      severity: 'critical',
      occurrences: 3,
      evidence: { n: 3 },
      first_seen_at: '2026-01-01T00:00:00.000Z',
      last_seen_at: '2026-03-01T00:00:00.000Z',
    });
  });

  it('what happens again after a resolution is a new alert, also when both come at once', async () => {
    const given = input();
    const first = await raise(database.db, given);
    const [, second] = await Promise.all([
      send('POST', `/${first.alertId}/resolve`),
      raise(otherPool, given),
    ]);
    const third = await raise(database.db, given);
    expect(third.alertId).not.toBe(first.alertId);
    if (second.alertId !== first.alertId) expect(third.alertId).toBe(second.alertId);
  });

  it('a million repetitions leave a short history', async () => {
    const given = input();
    const { alertId } = await raise(database.db, given);
    for (let i = 0; i < 10; i += 1) await raise(database.db, { ...given, occurrences: 100_000 });
    await raise(database.db, given);
    expect((await history(alertId)).length).toBeLessThan(8);
    expect((await send('GET', `/${alertId}`)).body.occurrences).toBe(1_000_002);
  });

  it("a client's alert answers 201 when it is new and 200 when it joined an open one", async () => {
    const body = { title: 'Fan', severity: 'low', fingerprint: randomUUIDv7() };
    expect((await send('POST', '', body)).status).toBe(201);
    expect(await send('POST', '', { ...body, severity: 'high' })).toMatchObject({
      status: 200,
      body: { occurrences: 2, severity: 'high' },
    });
  });

  it('a request that is sent again with its Idempotency-Key counts once', async () => {
    const body = { title: 'Fan', severity: 'low', fingerprint: randomUUIDv7() };
    const key = { 'idempotency-key': `"${randomUUIDv7()}"` };
    const first = await send('POST', '', body, 'ada', key);
    expect(await send('POST', '', body, 'ada', key)).toEqual(first);
    expect((await send('GET', `/${first.body.id}`)).body.occurrences).toBe(1);
  });
});

describe('the life of an alert', () => {
  it('is acknowledged, assigned and resolved without bodies where none is needed, and tells it in its history', async () => {
    const { id } = await create();
    expect((await send('POST', `/${id}/acknowledge`)).body).toMatchObject({
      status: 'acknowledged',
      acknowledged_by: 'ada',
    });
    expect((await send('POST', `/${id}/assign`, { assignee: 'ada' })).body.assignee).toBe('ada');
    expect((await send('POST', `/${id}/resolve`)).body).toMatchObject({
      status: 'resolved',
      resolved_by: 'ada',
      resolution: 'fixed',
    });
    expect((await history(id)).map(({ action }) => action)).toEqual([
      'resolved',
      'assigned',
      'acknowledged',
      'created',
    ]);
  });

  it('acknowledging twice, by anyone, changes nothing', async () => {
    const { id } = await create();
    const first = await send('POST', `/${id}/acknowledge`);
    expect(await send('POST', `/${id}/acknowledge`, {}, 'bob')).toEqual(first);
    expect(await history(id)).toHaveLength(2);
  });

  it('every illegal transition is 409, says what is allowed, and changes nothing', async () => {
    const { id } = await create();
    await send('POST', `/${id}/resolve`);
    const before = [await send('GET', `/${id}`), await history(id)];
    for (const [action, body] of [
      ['acknowledge', {}],
      ['assign', { assignee: 'ada' }],
      ['resolve', { resolution: 'accepted' }],
    ] as const) {
      const answer = await send('POST', `/${id}/${action}`, body, 'bob');
      expect(answer).toMatchObject({ status: 409, body: { code: 'invalid_transition' } });
      expect(answer.body.detail).toContain('allowed: reopen, comment');
    }
    expect([await send('GET', `/${id}`), await history(id)]).toEqual(before);
  });

  it('of several who resolve at once, one does', async () => {
    const { id } = await create();
    const answers = await Promise.all(Array.from({ length: 6 }, () => send('POST', `/${id}/resolve`)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409, 409, 409]);
  });

  it('is assigned to active users only', async () => {
    const { id } = await create();
    expect(await send('POST', `/${id}/assign`, { assignee: 'mallory' })).toMatchObject({
      status: 422,
      body: { code: 'unknown_reference' },
    });
    expect((await send('GET', `/${id}`)).body.assignee).toBeNull();
  });

  it('of an unknown id is 404 for every operation', async () => {
    const id = randomUUIDv7();
    for (const url of [`/${id}`, `/${id}/history`]) expect((await send('GET', url)).status).toBe(404);
    for (const action of ['acknowledge', 'resolve'])
      expect((await send('POST', `/${id}/${action}`)).status).toBe(404);
    expect((await send('POST', `/${id}/assign`, { assignee: null })).status).toBe(404);
  });

  it('cannot be changed by those who may only read', async () => {
    const { id } = await create();
    expect((await send('POST', `/${id}/resolve`, {}, 'viewer')).status).toBe(403);
    expect((await send('GET', `/${id}`)).body.status).toBe('open');
  });
});

describe('what clients may say', () => {
  it.each([
    ['a fingerprint of the server', { fingerprint: 'integrity:x' }],
    ['a source of the server', { source: 'integrity' }],
    ['more than 16 KiB of evidence', { evidence: { a: 'x'.repeat(17_000) } }],
    ['a key with a control character', { evidence: { 'a\u0000': 1 } }],
    ['a node that is not registered', { node_id: randomUUIDv7() }],
    ['an unknown field', { color: 'red' }],
  ])('%s is refused', async (_what, changes) => {
    expect((await send('POST', '', { title: 'T', severity: 'low', ...changes })).status).toBe(422);
  });

  it('evidence with what PostgreSQL cannot hold as jsonb comes back as it was', async () => {
    const evidence = { text: 'a\u0000b\ud800', deep: [{ a: [1] }] };
    expect((await create({ evidence, node_id: nodeId })).evidence).toEqual(evidence);
  });
});

describe('lists', () => {
  it("answer the seed's query as it stands, with what matches all lists and nothing else", async () => {
    const wanted = await create({ severity: 'high', title: 'wanted' });
    const low = await create({ severity: 'low' });
    const closed = await create({ severity: 'critical' });
    await send('POST', `/${closed.id}/resolve`);
    const query = { severities: ['high', 'critical'], statuses: ['open'], limit: 50 };
    const ids = (await send<PageOf<Alert>>('POST', '/query', query, 'viewer')).body.data.map(({ id }) => id);
    expect(ids).toContain(wanted.id);
    expect(ids).not.toContain(low.id);
    expect(ids).not.toContain(closed.id);
  });

  it('walk over all alerts once, newest first, while alerts occur again and new ones come', async () => {
    const source = 'walk';
    const made: Alert[] = [];
    for (let i = 0; i < 7; i += 1) made.push(await create({ source }));
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const after: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await send<PageOf<Alert>>('GET', `?source=${source}&limit=3${after}`);
      seen.push(...body.data.map(({ id }) => id));
      cursor = body.pagination.cursor;
      await raise(database.db, input({ source, fingerprint: made[0]?.fingerprint ?? '' }));
      await create({ source });
    } while (cursor !== null);
    expect(seen).toEqual(made.map(({ id }) => id).toReversed());
  });

  it('refuse a cursor of another list, another filter or another hand', async () => {
    await create({ source: 'cursors' });
    await create({ source: 'cursors' });
    const { body } = await send<PageOf<Alert>>('GET', '?source=cursors&limit=1');
    const cursor = body.pagination.cursor ?? '';
    expect((await send('GET', `?source=other&limit=1&cursor=${cursor}`)).status).toBe(400);
    expect((await send('POST', '/query', { sources: ['cursors'], cursor })).status).toBe(400);
    expect((await send('GET', `?source=cursors&cursor=${cursor.slice(1)}`)).status).toBe(400);
  });

  it('select by the window in which an alert was seen, and refuse a time that no calendar has', async () => {
    const fingerprint = randomUUIDv7();
    const source = 'window';
    await raise(database.db, input({ source, fingerprint, seenAt: new Date('2026-01-10T00:00:00Z') }));
    await raise(database.db, input({ source, fingerprint, seenAt: new Date('2026-01-20T00:00:00Z') }));
    const count = async (window: string) =>
      (await send<PageOf<Alert>>('GET', `?source=${source}&${window}`)).body.data.length;
    expect(await count('since=2026-01-15T00:00:00Z&until=2026-01-16T00:00:00Z')).toBe(1);
    expect(await count('since=2026-01-20T00:00:00Z')).toBe(1);
    expect(await count('since=2026-01-20T00:00:00.001Z')).toBe(0);
    expect(await count('until=2026-01-10T00:00:00Z')).toBe(0);
    expect((await send('POST', '/query', { since: '2016-12-31T23:59:60Z' })).status).toBe(422);
  });
});
