import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SecurityEventInput } from '@gpushield/contracts';
import { systemClock } from '../../platform/clock.ts';
import { testDatabase } from '../../testing/index.ts';
import { sweepEvents } from './housekeeping.ts';
import { createReplica, type Replica } from './testing/replica.ts';

const database = testDatabase();
const url = '/api/v1/security-events';
let replica: Replica;
let nodeId: string;
let sensorId: string;

beforeAll(async () => {
  replica = await createReplica(database.db, systemClock());
  ({ nodeId, sensorId } = await replica.makeSensor('events'));
});
afterAll(async () => {
  await replica.server.app.close();
});

const event = (changes: Partial<SecurityEventInput> = {}): SecurityEventInput => ({
  node_id: nodeId,
  sensor_id: sensorId,
  event_type: 'gpu.xid',
  severity: 'high',
  title: 'Xid 79',
  timestamp: new Date().toISOString(),
  evidence: { xid: 79, pci_address: '0000:01:00.0' },
  ...changes,
});
const post = (records: readonly SecurityEventInput[], who = 'sensor', headers: Record<string, string> = {}) =>
  replica.send<{ accepted: number; code: string; detail: string }>('POST', url, { records }, who, headers);
const freshNode = async (name: string) => {
  ({ nodeId, sensorId } = await replica.makeSensor(name));
};

describe('reporting', () => {
  it('stores all of a request, and grave events raise one alert a device and code', async () => {
    await freshNode('grave');
    const other = event({ evidence: { xid: 79, pci_address: '0000:02:00.0' } });
    const records = [
      event(),
      event({ severity: 'critical' }),
      other,
      event({ severity: 'low', title: 'quiet' }),
    ];
    expect(await post(records)).toMatchObject({ status: 201, body: { accepted: 4 } });
    const alerts = await replica.alertsOf(nodeId);
    expect(
      alerts.map(({ fingerprint, occurrences, severity }) => [fingerprint, occurrences, severity]).toSorted(),
    ).toEqual([
      [`xid:${nodeId}:0000:01:00.0:79`, 2, 'critical'],
      [`xid:${nodeId}:0000:02:00.0:79`, 1, 'high'],
    ]);
    const events = await replica.eventsOf(nodeId);
    expect(events.filter(({ alert_id }) => alert_id === null).map(({ title }) => title)).toEqual(['quiet']);
    expect((await replica.send('GET', `${url}/${events[0]?.id ?? ''}`)).body).toEqual(events[0]);
  });

  it('stores nothing of a request in which one record is wrong', async () => {
    await freshNode('whole');
    const wrong: readonly Partial<SecurityEventInput>[] = [
      { node_id: randomUUIDv7() },
      { sensor_id: randomUUIDv7() },
      { gpu_id: randomUUIDv7() },
      { timestamp: '1970-01-01T00:00:00Z' },
      { timestamp: '2199-01-01T00:00:00Z' },
      { timestamp: '2016-12-31T23:59:60Z' },
      { evidence: { a: 'x'.repeat(17_000) } },
      { event_type: 'integrity.file_changed' },
    ];
    for (const changes of wrong) {
      const answer = await post([event(), event(changes)]);
      expect([changes, answer.status]).toEqual([changes, 422]);
      expect(answer.body.detail).toContain('/records/1/');
    }
    expect(await replica.eventsOf(nodeId)).toEqual([]);
    expect(await replica.alertsOf(nodeId)).toEqual([]);
  });

  it("of another one's node is 403, and a reader may not report", async () => {
    expect((await post([event()], 'stranger')).status).toBe(403);
    expect((await post([event()], 'viewer')).status).toBe(403);
  });

  it('counts once when it is sent again with its Idempotency-Key', async () => {
    await freshNode('twice');
    const key = { 'idempotency-key': `"${randomUUIDv7()}"` };
    const records = [event()];
    const first = await post(records, 'sensor', key);
    expect((await post(records, 'sensor', key)).body).toEqual(first.body);
    expect(await replica.eventsOf(nodeId)).toHaveLength(1);
    expect((await replica.alertsOf(nodeId))[0]?.occurrences).toBe(1);
  });

  it("cannot join another node's alert, whatever fingerprint it gives", async () => {
    await freshNode('victim');
    await post([event({ event_type: 'other', fingerprint: 'x' })]);
    const victim = nodeId;
    const before = await replica.alertsOf(victim);
    await freshNode('attacker');
    await post([
      event({ event_type: 'other', fingerprint: before[0]?.fingerprint ?? '' }),
      event({ event_type: 'other', fingerprint: 'x' }),
    ]);
    expect(await replica.alertsOf(victim)).toEqual(before);
  });

  it('of the same findings in opposite orders at once does not deadlock', async () => {
    await freshNode('order');
    const records = Array.from({ length: 40 }, (_, index) =>
      event({ event_type: 'other', fingerprint: `f${String(index)}` }),
    );
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => post(index % 2 === 0 ? records : records.toReversed())),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 201));
    expect((await replica.alertsOf(nodeId)).map(({ occurrences }) => occurrences)).toEqual(
      Array.from({ length: 40 }, () => 6),
    );
  });

  it('takes a full request of a thousand', async () => {
    await freshNode('full');
    const records = Array.from({ length: 1000 }, (_, index) =>
      event({ title: `t${String(index)}`, event_type: 'other' }),
    );
    expect(await post(records)).toMatchObject({ status: 201, body: { accepted: 1000 } });
    expect((await post([...records, event()])).status).toBe(422);
  });
});

describe('reading', () => {
  it('walks over all events of a filter once, newest first', async () => {
    await freshNode('pages');
    const at = (second: number) => `2026-04-01T00:00:0${String(second)}.000Z`;
    await post([1, 3, 2, 3, 3].map((second) => event({ timestamp: at(second), severity: 'low' })));
    await post([event({ severity: 'info' })]);
    const times: string[] = [];
    let cursor: string | null = null;
    do {
      const after: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page = await replica.send<{
        data: { timestamp: string }[];
        pagination: { cursor: string | null };
      }>('GET', `${url}?node_id=${nodeId}&severity=low&limit=2${after}`);
      times.push(...page.body.data.map(({ timestamp }) => timestamp));
      cursor = page.body.pagination.cursor;
    } while (cursor !== null);
    expect(times).toEqual([3, 3, 3, 2, 1].map(at));
    const window = `since=${at(2)}&until=${at(3)}`;
    expect(
      (await replica.send<{ data: unknown[] }>('GET', `${url}?node_id=${nodeId}&${window}`)).body.data,
    ).toHaveLength(1);
  });

  it('of an unknown event is 404', async () => {
    expect((await replica.send('GET', `${url}/${randomUUIDv7()}`)).status).toBe(404);
  });
});

describe('retention', () => {
  it('goes by when an event was received, not by what its node says', async () => {
    await freshNode('old');
    await post([event({ timestamp: '2016-01-01T00:00:00Z' })]);
    const clock = systemClock();
    await sweepEvents(database.db, { clock, retentionDays: 1 });
    expect(await replica.eventsOf(nodeId)).toHaveLength(1);
    const later = { ...clock, nowMs: () => clock.nowMs() + 2 * 86_400_000 };
    expect(await sweepEvents(database.db, { clock: later, retentionDays: 1 })).toBeGreaterThan(0);
    expect(await replica.eventsOf(nodeId)).toEqual([]);
  });
});
