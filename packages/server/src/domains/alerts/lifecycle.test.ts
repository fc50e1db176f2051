import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  AlertComment,
  AlertGroup,
  AlertHistoryEntry,
  AlertSilence,
  AlertSummary,
  BulkAlertResult,
} from '@gpushield/contracts';
import { testDatabase } from '../../testing/index.ts';
import { alertsReplica, type AlertsReplica, type PageOf } from './testing/replica.ts';

const database = testDatabase();
let replica: AlertsReplica;
const told: { type: string; action: string; id: string }[] = [];

beforeAll(async () => {
  replica = await alertsReplica(database.db, {
    webhooks: {
      publishAll: (_tx, events) => {
        for (const { type, payload } of events) {
          const { data } = payload as { data: { action: string; alert: { id: string } } };
          told.push({ type, action: data.action, id: data.alert.id });
        }
        return Promise.resolve();
      },
    },
  });
});
afterAll(() => replica.close());

const actions = async (id: string) =>
  (await replica.send<PageOf<AlertHistoryEntry>>('GET', `/${id}/history`)).body.data.map(
    ({ action }) => action,
  );
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

describe('the whole life of an alert', () => {
  it('goes through every status, and its history and its webhooks tell it', async () => {
    const { id } = await replica.create();
    const move = async (verb: string, body = {}) => (await replica.send('POST', `/${id}/${verb}`, body)).body;
    expect(await move('investigate')).toMatchObject({ status: 'investigating', acknowledged_by: 'ada' });
    expect(await move('acknowledge')).toMatchObject({ status: 'investigating' });
    expect(await move('severity', { severity: 'critical' })).toMatchObject({ severity: 'critical' });
    expect(await move('resolve', { note: 'new fan' })).toMatchObject({
      status: 'resolved',
      resolution: 'fixed',
    });
    expect(await move('reopen')).toMatchObject({ status: 'reopened', resolved_at: null, resolution: null });
    expect(await move('false-positive', { quiet_seconds: 0 })).toMatchObject({
      status: 'false_positive',
      muted_until: null,
    });
    expect(await actions(id)).toEqual([
      'false_positive',
      'reopened',
      'resolved',
      'severity_changed',
      'investigating',
      'created',
    ]);
    const mine = told.filter((one) => one.id === id);
    expect(mine.map(({ action }) => action)).toEqual([
      'created',
      'investigating',
      'severity_changed',
      'resolved',
      'reopened',
      'false_positive',
    ]);
    expect(new Set(mine.slice(1).map(({ type }) => type))).toEqual(new Set(['alert.changed']));
  });

  it('keeps the severity that a person set, whatever is seen afterwards', async () => {
    const fingerprint = randomUUIDv7();
    const { alertId } = await replica.raise({ fingerprint, severity: 'high' });
    await replica.send('POST', `/${alertId}/severity`, { severity: 'low' });
    await replica.raise({ fingerprint, severity: 'critical' });
    expect((await replica.send('GET', `/${alertId}`)).body).toMatchObject({
      severity: 'low',
      occurrences: 2,
    });
  });

  it('a false alarm mutes its finding: it is counted there and opens nothing, until somebody opens it again', async () => {
    const fingerprint = randomUUIDv7();
    const { alertId } = await replica.raise({ fingerprint });
    const closed = (await replica.send('POST', `/${alertId}/false-positive`, { quiet_seconds: 3600 })).body;
    expect(closed.muted_until).not.toBeNull();
    expect(await replica.raise({ fingerprint })).toEqual({ alertId, created: false, muted: true });
    const muted = await replica.domain.port.mutedUntil(database.db, [fingerprint, 'another']);
    expect([...muted.keys()]).toEqual([fingerprint]);
    await replica.send('POST', `/${alertId}/reopen`, {});
    expect(await replica.raise({ fingerprint })).toEqual({ alertId, created: false, muted: false });
    expect((await replica.send('GET', `/${alertId}`)).body).toMatchObject({
      occurrences: 3,
      muted_until: null,
    });
  });

  it('is not opened again beside an active one of its fingerprint: 409', async () => {
    const fingerprint = randomUUIDv7();
    const first = await replica.raise({ fingerprint });
    await replica.send('POST', `/${first.alertId}/resolve`);
    await replica.raise({ fingerprint });
    expect(await replica.send('POST', `/${first.alertId}/reopen`, {})).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
  });

  it('is not opened again where its finding comes at the very moment: 409, and one is active', async () => {
    const fingerprint = randomUUIDv7();
    const first = await replica.raise({ fingerprint });
    await replica.send('POST', `/${first.alertId}/resolve`);
    const { reopening } = await database.db.transaction(async (tx) => {
      const finding = {
        title: 'Hot',
        description: '',
        severity: 'medium',
        source: 'test',
        evidence: {},
      } as const;
      await replica.domain.port.raise(tx, { ...finding, fingerprint });
      const answer = replica.send('POST', `/${first.alertId}/reopen`, {});
      // It saw no other active alert, and waits for this transaction's.
      const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'`;
      await expect.poll(async () => (await database.db.query(waiting)).rowCount).toBe(1);
      return { reopening: answer };
    });
    expect(await reopening).toMatchObject({
      status: 409,
      body: { code: 'conflict', detail: expect.stringContaining('meanwhile') as string },
    });
    expect((await replica.send('GET', `/${first.alertId}`)).body).toMatchObject({ status: 'resolved' });
  });

  it('takes comments in every status, newest first, from those who may write', async () => {
    const { id } = await replica.create();
    expect((await replica.send<AlertComment>('POST', `/${id}/comments`, { body: 'looks odd' })).status).toBe(
      201,
    );
    await replica.send('POST', `/${id}/resolve`);
    await replica.send('POST', `/${id}/comments`, { body: 'was the fan' });
    const { data } = (await replica.send<PageOf<AlertComment>>('GET', `/${id}/comments`, undefined, 'viewer'))
      .body;
    expect(data.map(({ body, author }) => [author, body])).toEqual([
      ['ada', 'was the fan'],
      ['ada', 'looks odd'],
    ]);
    expect((await replica.send('POST', `/${id}/comments`, { body: 'x' }, 'viewer')).status).toBe(403);
    expect((await replica.send('POST', `/${id}/comments`, { body: '' })).status).toBe(422);
    expect((await replica.send('GET', `/${randomUUIDv7()}/comments`)).status).toBe(404);
  });
});

describe('many at once', () => {
  it('changes those that can be changed, and says of each other why not', async () => {
    const open = await replica.create();
    const closed = await replica.create();
    await replica.send('POST', `/${closed.id}/resolve`);
    const unknown = randomUUIDv7();
    const ids = [open.id, closed.id, unknown, open.id];
    const { status, body } = await replica.send<BulkAlertResult>('POST', '/bulk', {
      ids,
      change: { action: 'acknowledge' },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ changed: 1, unchanged: 0, refused: 2, has_more: false });
    expect(body.results.map(({ outcome }) => outcome)).toEqual([
      'changed',
      'invalid_transition',
      'not_found',
    ]);
  });

  it('by a query changes a thousand at a time, and goes on where it is sent again', async () => {
    const source = 'bulk-many';
    await database.db.query(
      `INSERT INTO alerts (id, title, description, severity, source, fingerprint, evidence, occurrences, first_seen_at,
         last_seen_at, created_at, updated_at)
       SELECT gen_random_uuid(), 't', '', 'low', $1, $1 || n, '{}', 1, now(), now(), now(), now() FROM generate_series(1, 1100) n`,
      [source],
    );
    const change = { query: { sources: [source] }, change: { action: 'assign', assignee: 'ada' } };
    const first = (await replica.send<BulkAlertResult>('POST', '/bulk', change)).body;
    expect(first).toMatchObject({ changed: 1000, has_more: true });
    const second = (await replica.send<BulkAlertResult>('POST', '/bulk', change)).body;
    expect(second).toMatchObject({ changed: 100, refused: 0, has_more: false });
    const none = (await replica.send<BulkAlertResult>('POST', '/bulk', change)).body;
    expect(none).toMatchObject({ changed: 0, unchanged: 0, results: [] });
  });

  it.each([
    ['neither ids nor a query', { change: { action: 'acknowledge' } }],
    ['both', { ids: [randomUUIDv7()], query: {}, change: { action: 'acknowledge' } }],
    ['a change that is none', { query: {}, change: { action: 'explode' } }],
    ['an assignee who does not exist', { query: {}, change: { action: 'assign', assignee: 'mallory' } }],
  ])('with %s is refused', async (_what, body) => {
    expect((await replica.send('POST', '/bulk', body)).status).toBe(422);
  });
});

describe('groups and figures', () => {
  it('gather what one source says of one node within a quarter of an hour', async () => {
    const source = 'grouping';
    const node_id = randomUUIDv7();
    const [a, b] = [
      await replica.create({ source, node_id }),
      await replica.create({ source, node_id, severity: 'high' }),
    ];
    await replica.create({ source });
    await replica.send('POST', `/${a.id}/resolve`);
    const { data } = (
      await replica.send<PageOf<AlertGroup>>('GET', `/groups?source=${source}&node_id=${node_id}`)
    ).body;
    // The two may stand on both sides of a quarter's edge.
    const total = (pick: (group: AlertGroup) => number) => data.reduce((sum, group) => sum + pick(group), 0);
    expect([total(({ alerts }) => alerts), total(({ active }) => active)]).toEqual([2, 1]);
    expect(data[0]).toMatchObject({ severity: 'high', newest_alert_id: b.id, node_id, source });
    const key = data[0]?.group_key ?? '';
    const members = (await replica.send<PageOf<{ id: string }>>('POST', '/query', { group_keys: [key] })).body
      .data;
    expect(members.map(({ id }) => id)).toContain(b.id);
  });

  it('are walked over page by page', async () => {
    for (let n = 0; n < 3; n += 1) await replica.create({ source: 'walked', node_id: randomUUIDv7() });
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await replica.send<PageOf<AlertGroup>>(
        'GET',
        `/groups?source=walked&active=true&limit=1${cursor}`,
      );
      seen.push(...body.data.map(({ group_key }) => group_key));
      cursor = body.pagination.cursor === null ? '' : `&cursor=${body.pagination.cursor}`;
    } while (cursor !== '');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(3);
  });

  it('count every alert once, and by severity only what is active', async () => {
    const before = (await replica.send<AlertSummary>('GET', '/summary')).body;
    const { id } = await replica.create({ severity: 'critical' });
    const open = (await replica.send<AlertSummary>('GET', '/summary')).body;
    await replica.send('POST', `/${id}/resolve`);
    const after = (await replica.send<AlertSummary>('GET', '/summary')).body;
    expect([open.total - before.total, open.active - before.active]).toEqual([1, 1]);
    expect((open.by_severity['critical'] ?? 0) - (after.by_severity['critical'] ?? 0)).toBe(1);
    expect((after.by_status['resolved'] ?? 0) - (open.by_status['resolved'] ?? 0)).toBe(1);
  });
});

describe('a silence', () => {
  const silence = (body: object) => replica.send<AlertSilence & { code: string }>('POST', '/silences', body);

  it('keeps webhooks from hearing of what matches, shows on the alert, and ends when it is ended', async () => {
    const source = 'silenced';
    const made = await silence({ sources: [source], reason: 'maintenance', ends_at: inHours(1) });
    expect(made).toMatchObject({ status: 201, body: { state: 'active', created_by: 'ada' } });
    const quiet = await replica.create({ source });
    expect(quiet.silenced_until).toBe(made.body.ends_at);
    await replica.send('POST', `/${quiet.id}/acknowledge`);
    expect(told.filter(({ id }) => id === quiet.id)).toEqual([]);
    const listed = (await replica.send<PageOf<AlertSilence>>('GET', '/silences')).body.data.map(
      ({ id }) => id,
    );
    expect(listed).toContain(made.body.id);
    expect((await replica.send<AlertSilence>('DELETE', `/silences/${made.body.id}`)).body).toMatchObject({
      state: 'ended',
      ended_by: 'ada',
    });
    expect((await replica.send('GET', `/${quiet.id}`)).body.silenced_until).toBeNull();
    await replica.send('POST', `/${quiet.id}/resolve`);
    expect(told.filter(({ id }) => id === quiet.id)).toHaveLength(1);
    expect((await replica.send<AlertSilence>('GET', `/silences/${made.body.id}`)).body.state).toBe('ended');
  });

  it.each([
    ['matches everything', { reason: 'r', ends_at: inHours(1) }],
    ['ends before it begins', { sources: ['a'], reason: 'r', starts_at: inHours(2), ends_at: inHours(1) }],
    ['has ended already', { sources: ['a'], reason: 'r', ends_at: inHours(-1) }],
    ['lasts for years', { sources: ['a'], reason: 'r', ends_at: inHours(24 * 400) }],
    ['has no end', { sources: ['a'], reason: 'r' }],
    ['has no reason', { sources: ['a'], ends_at: inHours(1) }],
  ])('that %s is refused', async (_what, body) => {
    expect((await silence(body)).status).toBe(422);
  });

  it('of an unknown id is 404, and no viewer makes one', async () => {
    expect((await replica.send('DELETE', `/silences/${randomUUIDv7()}`)).status).toBe(404);
    expect((await replica.send('GET', `/silences/${randomUUIDv7()}`)).status).toBe(404);
    expect((await replica.send('POST', '/silences', {}, 'viewer')).status).toBe(403);
  });
});

describe('the export', () => {
  it('gives every alert that matches, as JSON lines and as CSV that no spreadsheet runs', async () => {
    const source = 'exported';
    await database.db.query(
      `INSERT INTO alerts (id, title, description, severity, source, fingerprint, evidence, occurrences, first_seen_at,
         last_seen_at, created_at, updated_at)
       SELECT gen_random_uuid(), '=1+1', 'a "b",\nc', 'low', $1, $1 || n, '{"n":1}', 1, now(), now(), now(), now()
       FROM generate_series(1, 450) n`,
      [source],
    );
    const lines = (await replica.send('GET', `/export?source=${source}`)).text.trimEnd().split('\n');
    expect(new Set(lines.map((line) => (JSON.parse(line) as { id: string }).id)).size).toBe(450);
    const csv = (await replica.send('GET', `/export?source=${source}&format=csv`)).text.split('\r\n');
    expect(csv).toHaveLength(452);
    expect(csv[0]?.startsWith('id,title,')).toBe(true);
    expect(csv[1]).toContain(`,'=1+1,"a ""b"",\nc",low,open,${source},`);
    expect((await replica.send('GET', '/export?format=xml')).status).toBe(400);
  });
});
