import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { askingAs, reportSigned, seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';

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
  return reportSigned(app, { agent: agent, secret: key, headers }, events);
};
const { call, get } = askingAs(() => ({ app, token }));
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

describe('what must not count', () => {
  const event = { pid: 50, syscall: 'read', timestamp: '2026-01-01T00:00:00.000001Z' };

  it('counts an event once, ever: in its batch, again later, with its fields in another order, and by its own id', async () => {
    const first = await report([event, event, { timestamp: event.timestamp, syscall: 'read', pid: 50 }]);
    expect(first.json()).toMatchObject({ accepted: 1, duplicates: 2 });
    expect((await report([event])).json()).toMatchObject({ accepted: 0, duplicates: 1 });
    const own = { ...event, id: 'mine' };
    expect((await report([own])).json()).toMatchObject({ accepted: 1 });
    expect((await report([{ ...own, timestamp: now() }])).json()).toMatchObject({
      accepted: 0,
      duplicates: 1,
    });
    // Another agent's event of the same content is another event.
    expect((await report([event], { agent: 'agent-2', key: 'secret-2' })).json()).toMatchObject({
      accepted: 1,
    });
    const process = await get('/api/v1/processes/agent-1:50');
    expect(process).toMatchObject({ event_count: 2 });
  });

  it('refuses wrong, missing, truncated and foreign signatures, and a signed timestamp that is replayed or skewed', async () => {
    const statusOf = async (given: Given) => (await report([event], given)).statusCode;
    expect(await statusOf({ key: 'wrong' })).toBe(401);
    expect(await statusOf({ headers: { 'x-agent-signature': '' } })).toBe(401);
    expect(await statusOf({ headers: { 'x-agent-signature': 'c2hvcnQ=' } })).toBe(401);
    expect(await statusOf({ agent: 'agent-2', key: secret })).toBe(401);
    expect(await statusOf({ agent: 'nobody' })).toBe(401);
    const stamped = (atSeconds: number) => {
      const stamp = String(Math.floor(atSeconds));
      const signature = createHmac('sha256', secret)
        .update(`${stamp}.${JSON.stringify({ events: [event] })}`)
        .digest('base64');
      return { headers: { 'x-agent-timestamp': stamp, 'x-agent-signature': signature } };
    };
    const seconds = Date.now() / 1000;
    expect(await statusOf(stamped(seconds))).toBe(200);
    expect(await statusOf(stamped(seconds))).toBe(401);
    expect(await statusOf(stamped(seconds - 400))).toBe(401);
    expect(await statusOf(stamped(seconds + 400))).toBe(401);
  });

  it('answers for each bad event and stores the others', async () => {
    const good = { pid: 60, syscall: 'read', timestamp: now() };
    const answer = await report([
      good,
      { ...good, pid: '60' },
      { ...good, pid: -1 },
      { ...good, timestamp: 'yesterday' },
      { ...good, timestamp: new Date(Date.now() + 3_600_000).toISOString() },
      { ...good, timestamp: '1999-01-01T00:00:00Z' },
      { ...good, colour: 'red' },
      { ...good, command: 'a\u0000b' },
      'read',
      null,
      { ...good, syscall: '; drop table' },
      { ...good, arch: 'sparc' },
    ]);
    expect(answer.json()).toMatchObject({ accepted: 1, errors: 11 });
    const codes = answer
      .json<{ results: { error?: { code: string } }[] }>()
      .results.map(({ error }) => error?.code);
    expect(codes.slice(4, 7)).toEqual(['timestamp_out_of_range', 'timestamp_out_of_range', 'unknown_field']);
  });

  it('reads numbers by architecture, and keeps syscalls that it does not know', async () => {
    const at = now();
    await report([
      { pid: 61, syscall: 59, timestamp: at },
      { pid: 61, syscall: 11, arch: 'i386', timestamp: at },
      { pid: 61, syscall: 221, arch: 'aarch64', timestamp: at },
      { pid: 61, syscall: 4000, timestamp: at },
      { pid: 61, syscall: 'sys_openat', timestamp: at },
    ]);
    const { data } = await get('/api/v1/processes/agent-1:61/events');
    expect(data.map(({ syscall }) => syscall).toReversed()).toEqual([
      'execve',
      'execve',
      'execve',
      'sys_4000',
      'openat',
    ]);
  });

  it('takes ten thousand events of as many processes, packed, and no more', async () => {
    const events = Array.from({ length: 10_000 }, (_, index) => ({
      pid: index + 1,
      syscall: 'read',
      timestamp: now(),
    }));
    const payload = gzipSync(JSON.stringify({ events }));
    const signature = createHmac('sha256', 'secret-2').update(payload).digest('base64');
    const headers = {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'x-agent-id': 'agent-2',
      'x-agent-signature': signature,
    };
    const answer = await app.http.app.inject({ method: 'POST', url: '/api/v1/events', headers, payload });
    expect(answer.statusCode, answer.body.slice(0, 300)).toBe(200);
    expect(answer.json()).toMatchObject({ accepted: 10_000 });
    expect((await report([...events, events[0]])).statusCode).toBe(422);
  });
});

describe('an Idempotency-Key', () => {
  it('gives the first answer again, ids included, and refuses another payload', async () => {
    const headers = { 'idempotency-key': 'one' };
    const events = [{ pid: 70, syscall: 'read', timestamp: now() }, { pid: 'x' }];
    const first = await report(events, { headers });
    const again = await report(events, { headers });
    expect(again.json()).toEqual(first.json());
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect((await report([{ pid: 71 }], { headers })).statusCode).toBe(422);
  });
});

describe('processes', () => {
  it('are told apart by their start, and stand in their tree', async () => {
    const at = now();
    const [one, two] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'];
    await report([
      { pid: 80, syscall: 'read', timestamp: at, process_started_at: one, command: 'first' },
      { pid: 80, syscall: 'read', timestamp: at, process_started_at: two, command: 'second' },
      { pid: 81, ppid: 80, parent_started_at: two, syscall: 'execve', timestamp: at, executable: '/tmp/x' },
      { pid: 82, ppid: 81, syscall: 'read', timestamp: at },
    ]);
    const id = (pid: number, started?: string) =>
      `agent-1:${String(pid)}${started === undefined ? '' : `:${String(Date.parse(started))}`}`;
    expect(await get(`/api/v1/processes/${id(80, one)}`)).toMatchObject({
      command: 'first',
      started_at: '2026-01-01T00:00:00.000Z',
    });
    const tree = await get(`/api/v1/processes/${id(81)}/tree`);
    expect(tree).toMatchObject({
      ancestors: [{ process_id: id(80, two), command: 'second' }],
      descendants: [{ process_id: id(82) }],
      truncated: false,
    });
    const history = await get(`/api/v1/processes/${id(81)}/score-history`);
    expect(history.data).toMatchObject([{ cause: 'events' }]);
    expect((await get(`/api/v1/processes/${id(81)}/score`)) as object).toMatchObject({
      contributions: [{ rule: 'exec-from-temporary-folder', weight: 47 }],
    });
  });

  it('are listed page by page, each once, while others arrive', async () => {
    const seen: unknown[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < 4; page += 1) {
      const at: string = cursor === null ? '' : `&cursor=${cursor}`;
      const answer = await get(`/api/v1/scores?agent_id=agent-2&limit=100${at}`);
      seen.push(...answer.data.map(({ process_id: one }) => one));
      cursor = answer.pagination.cursor;
      await report([{ pid: 20_000 + page, syscall: 'read', timestamp: now() }], {
        agent: 'agent-2',
        key: 'secret-2',
      });
    }
    expect(new Set(seen).size).toBe(400);
    const foreign = await app.http.app.inject({
      url: `/api/v1/scores?agent_id=agent-1&cursor=${cursor ?? ''}`,
      headers: { authorization: `Bearer ${token}` },
    });
    expect(foreign.json()).toMatchObject({ title: 'Invalid Cursor', status: 400 });
  });
});

describe('a process above the alert threshold', () => {
  it('raises one alert in its life', async () => {
    const exec = (ret: number) => ({
      pid: 90,
      syscall: 'execve',
      timestamp: now(),
      executable: '/memfd:z',
      return_value: ret,
    });
    await report([exec(0)]);
    await report([exec(1)]);
    const { data } = await get('/api/v1/alerts?limit=500');
    const own = data.filter(({ fingerprint }) => fingerprint === 'risk:agent-1:90');
    expect(own).toMatchObject([{ severity: 'critical', source: 'scoring', occurrences: 1 }]);
    expect(await get('/api/v1/processes/agent-1:90')).toMatchObject({ alert_id: own[0]?.['id'] });
  });
});

describe('agents', () => {
  it('are registered, rotated with overlap and revoked; those of AGENT_KEYS are listed and can be revoked too', async () => {
    const made = await call('POST', '/api/v1/agents', {
      agent_id: 'new-1',
      name: 'a node',
      labels: { rack: 'a' },
    });
    expect(made.statusCode, made.body).toBe(201);
    const { secret: first } = made.json<{ secret: string }>();
    const send = async (key: string) =>
      (await report([{ pid: 1, syscall: 'read', timestamp: now() }], { agent: 'new-1', key })).statusCode;
    await expect.poll(() => send(first), { timeout: 10_000 }).toBe(200);
    const rotated = await call('POST', '/api/v1/agents/new-1/rotate-secret', { overlap_seconds: 60 });
    const { secret: second } = rotated.json<{ secret: string }>();
    await expect.poll(() => send(second), { timeout: 10_000 }).toBe(200);
    expect(await send(first)).toBe(200);
    expect((await call('POST', '/api/v1/agents', { agent_id: 'new-1' })).statusCode).toBe(409);
    expect((await call('PATCH', '/api/v1/agents/new-1', { name: 'b' })).json()).toMatchObject({
      name: 'b',
      labels: { rack: 'a' },
    });
    for (const [id, key] of [
      ['new-1', second],
      ['agent-2', 'secret-2'],
    ] as const) {
      expect((await call('DELETE', `/api/v1/agents/${id}`)).statusCode).toBe(204);
      await expect
        .poll(
          async () =>
            (await report([{ pid: 1, syscall: 'read', timestamp: now() }], { agent: id, key })).statusCode,
          { timeout: 10_000 },
        )
        .toBe(401);
    }
    const { data } = await get('/api/v1/agents');
    expect(data).toContainEqual(
      expect.objectContaining({ id: 'agent-1', source: 'configured', status: 'active' }),
    );
    expect(data).toContainEqual(expect.objectContaining({ id: 'agent-2', status: 'revoked' }));
    const { rows } = await database.db.query('SELECT * FROM agent_secrets');
    expect(JSON.stringify(rows)).not.toContain(second);
  });

  it('with a webhook that no policy allows are refused by name', async () => {
    const answer = await call('POST', '/api/v1/agents', { webhook_urls: ['http://169.254.169.254/latest'] });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ errors: [{ field: '/url' }] });
  });
});
