import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertStreamEvent } from '@gpushield/contracts';
import { openDatabase, silentLog, type Database } from '../../platform/database/index.ts';
import { createStreamSlots } from '../../platform/http/stream-slots.ts';
import { testDatabase } from '../../testing/index.ts';
import { numberChanges, pruneChanges } from './change-log-store.ts';
import { readEvents, type ReadEvent } from './testing/event-reader.ts';
import { alertsReplica, type AlertsReplica } from './testing/replica.ts';

const database = testDatabase();
let one: AlertsReplica;
let two: AlertsReplica;
let otherPool: Database;
let url = '';

beforeAll(async () => {
  otherPool = await openDatabase({ connectionString: database.connectionString, log: silentLog });
  one = await alertsReplica(database.db, { streams: createStreamSlots({ max: 10, perPrincipal: 4 }) });
  two = await alertsReplica(otherPool);
  url = `${await one.server.app.listen({ port: 0, host: '127.0.0.1' })}/api/v1/alerts/stream`;
});
afterAll(async () => {
  await one.close();
  await two.close();
  await otherPool.close();
});

const alertOf = ({ data }: ReadEvent) => (data as AlertStreamEvent).alert;

describe('the stream of alerts', () => {
  it('tells what happens on every replica, in one order, with who did what', async () => {
    const source = `s-${randomUUIDv7()}`;
    const reader = await readEvents(`${url}?source=${source}`, 'viewer');
    const { id } = await two.create({ source });
    await one.send('POST', `/${id}/acknowledge`);
    await two.send('POST', `/${id}/resolve`);
    const events = [await reader.next(), await reader.next(), await reader.next()];
    expect(events.map(({ event }) => event)).toEqual(['alert.created', 'alert.changed', 'alert.changed']);
    expect(events.map(({ data }) => (data as AlertStreamEvent).action)).toEqual([
      'created',
      'acknowledged',
      'resolved',
    ]);
    expect(events.map((event) => alertOf(event).id)).toEqual([id, id, id]);
    expect((events[1]?.data as AlertStreamEvent).actor).toBe('ada');
    await reader.close();
  });

  it('resumes behind the last event that was seen, and misses and repeats nothing', async () => {
    const source = `s-${randomUUIDv7()}`;
    const first = await readEvents(`${url}?source=${source}`, 'viewer');
    await one.create({ source, title: 'a' });
    const { id } = await first.next();
    await first.close();
    for (const title of ['b', 'c']) await two.create({ source, title });
    const second = await readEvents(`${url}?source=${source}`, 'viewer', id);
    await one.create({ source, title: 'd' });
    const titles = [await second.next(), await second.next(), await second.next()].map(
      (event) => alertOf(event).title,
    );
    expect(titles).toEqual(['b', 'c', 'd']);
    await second.close();
  });

  it('that cannot resume, since the place is gone or never was, says so and goes on from now', async () => {
    await one.create();
    await numberChanges(database.db);
    const later = new Date(Date.now() + 60_000);
    expect(await database.db.transaction((tx) => pruneChanges(tx, later, 1_000_000))).toBeGreaterThan(0);
    for (const place of ['0', '999999999', 'nonsense']) {
      const source = `s-${randomUUIDv7()}`;
      const reader = await readEvents(`${url}?source=${source}`, 'viewer', place);
      expect((await reader.next()).event).toBe('reset');
      const { id } = await one.create({ source });
      expect(alertOf(await reader.next()).id).toBe(id);
      await reader.close();
    }
  });

  it('of many changes that commit at once on two replicas brings every one, once', async () => {
    const source = `s-${randomUUIDv7()}`;
    const reader = await readEvents(`${url}?source=${source}`, 'viewer');
    const made = await Promise.all(
      Array.from({ length: 60 }, (_, n) => (n % 2 === 0 ? one : two).raise({ source })),
    );
    const seen: string[] = [];
    while (seen.length < made.length) seen.push(alertOf(await reader.next()).id);
    expect(new Set(seen)).toEqual(new Set(made.map(({ alertId }) => alertId)));
    await reader.close();
  });

  it('has places for so many of one principal, and gives them back', async () => {
    const readers = await Promise.all(Array.from({ length: 4 }, () => readEvents(url, 'ada')));
    await expect(readEvents(url, 'ada')).rejects.toThrow('429');
    await Promise.all(readers.map((reader) => reader.close()));
    await expect
      .poll(
        () =>
          readEvents(url, 'ada').then(
            (reader) => reader.close().then(() => 'in'),
            () => 'full',
          ),
        { timeout: 10_000 },
      )
      .toBe('in');
  });
});
