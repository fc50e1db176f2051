import { randomUUIDv7 } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import type { WebhookEvent } from './index.ts';
import {
  eventually,
  insertEndpoint,
  startReceiver,
  webhooksRig,
  type Receiver,
  type Rig,
} from './testing/rig.ts';

const database = testDatabase();
const closers: (() => Promise<void>)[] = [];

const setUp = async (deliver: boolean): Promise<{ readonly target: Receiver; readonly given: Rig }> => {
  const target = await startReceiver();
  const given = webhooksRig(database.db, [target.port], { deliver });
  await given.webhooks.start();
  closers.push(given.stop, target.close);
  return { target, given };
};
const endpoint = (
  { target, given }: { readonly target: Receiver; readonly given: Rig },
  options: Partial<Parameters<typeof insertEndpoint>[1]> = {},
) =>
  insertEndpoint(
    { db: database.db, webhooks: given.webhooks },
    { url: `http://127.0.0.1:${target.port}/hook`, ...options },
  );
const publishAll = ({ webhooks }: Rig, events: readonly WebhookEvent[]) =>
  database.db.transaction((tx) => webhooks.publishAll(tx, events));

beforeEach(async () => {
  await database.db.query('TRUNCATE webhook_endpoints, webhook_messages CASCADE');
  await database.db.query(
    `SELECT pgmq.purge_queue('webhooks') WHERE to_regclass('pgmq.q_webhooks') IS NOT NULL`,
  );
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** Everything that publishing leaves, without ids and times. */
const left = async () => {
  const { rows: deliveries } = await database.db.query(
    `SELECT m.type, m.body, d.order_key, e.description, d.status FROM webhook_deliveries d
       JOIN webhook_messages m ON m.id = d.message_id JOIN webhook_endpoints e ON e.id = d.endpoint_id ORDER BY d.id`,
  );
  const { rows: jobs } = await database.db.query(
    `SELECT q.message ->> 'kind' AS kind, d.order_key, e.description FROM pgmq.q_webhooks q
       JOIN webhook_deliveries d ON d.id = (q.message ->> 'delivery')::bigint
       JOIN webhook_endpoints e ON e.id = d.endpoint_id ORDER BY q.msg_id`,
  );
  const { rows: messages } = await database.db.query(
    'SELECT type, key, body FROM webhook_messages ORDER BY body',
  );
  return { deliveries, jobs, messages };
};

const events = (): WebhookEvent[] =>
  Array.from({ length: 40 }, (_, n) => ({
    type: n % 3 === 0 ? 'alert.created' : 'alert.changed',
    key: `key-${String(n % 7)}`,
    payload: { n: String(n).padStart(2, '0'), text: 'Ä "😀" \\' },
  }));

it('many events leave what as many events published one by one do, in the same order', async () => {
  const stage = await setUp(false);
  for (const [description, options] of [
    ['all', {}],
    ['created, in order', { eventTypes: ['alert.created'], ordered: true }],
    ['alerts, in order', { eventTypes: ['alert.*', 'other'], ordered: true }],
    ['other', { eventTypes: ['other'] }],
    ['disabled', { enabled: false }],
  ] as const) {
    const { id } = await endpoint(stage, options);
    await database.db.query('UPDATE webhook_endpoints SET description = $2 WHERE id = $1', [id, description]);
  }
  await database.db.transaction(async (tx) => {
    for (const event of events()) await stage.given.webhooks.publish(tx, event);
  });
  const expected = await left();
  expect(expected.jobs).toHaveLength(40 + 14 + 40);
  await database.db.query('TRUNCATE webhook_messages CASCADE');
  await database.db.query(`SELECT pgmq.purge_queue('webhooks')`);
  await publishAll(stage.given, events());
  expect(await left()).toEqual(expected);
});

it('an id that is there already publishes nothing again; of two the same in one batch one counts', async () => {
  const stage = await setUp(false);
  await endpoint(stage);
  const [one, two] = [randomUUIDv7(), randomUUIDv7()];
  const event = (id: string): WebhookEvent => ({ id, type: 'alert.created', payload: { id } });
  await publishAll(stage.given, [event(one)]);
  await publishAll(stage.given, [event(one), event(two), event(two)]);
  await publishAll(stage.given, []);
  const { deliveries, jobs } = await left();
  expect([deliveries.length, jobs.length]).toEqual([2, 2]);
});

it('nothing is published by a transaction that does not commit, or that has an event which no message may be', async () => {
  const stage = await setUp(false);
  await endpoint(stage);
  await expect(publishAll(stage.given, [...events(), { type: 'Not A Type', payload: {} }])).rejects.toThrow(
    RangeError,
  );
  await expect(
    database.db.transaction(async (tx) => {
      await stage.given.webhooks.publishAll(tx, events());
      throw new Error('undone');
    }),
  ).rejects.toThrow('undone');
  expect(await left()).toEqual({ deliveries: [], jobs: [], messages: [] });
});

it('each of more endpoints than a publisher serves itself gets each event once', async () => {
  const stage = await setUp(true);
  const endpoints = 120;
  for (let n = 0; n < endpoints; n += 1) await endpoint(stage);
  const payloads = ['created', 'changed', 'changed again'];
  await publishAll(
    stage.given,
    payloads.map((text) => ({
      type: text === 'created' ? 'alert.created' : 'alert.changed',
      payload: { text },
    })),
  );
  await eventually(() => stage.target.received.length >= endpoints * payloads.length);
  const { rows } = await database.db.query(
    `SELECT count(*)::int AS deliveries, count(DISTINCT (message_id, endpoint_id))::int AS pairs FROM webhook_deliveries`,
  );
  expect(rows).toEqual([{ deliveries: endpoints * 3, pairs: endpoints * 3 }]);
  expect(new Set(stage.target.received.map(({ body }) => body)).size).toBe(3);
});

it('bodies beyond what one statement holds go in several, in their order', async () => {
  const stage = await setUp(false);
  await endpoint(stage, { ordered: true });
  const big = Array.from({ length: 45 }, (_, n) => ({
    type: 'alert.created',
    key: String(n).padStart(2, '0'),
    payload: { text: 'x'.repeat(200_000) },
  }));
  await publishAll(stage.given, big);
  expect((await left()).deliveries.map(({ order_key: key }) => key)).toEqual(big.map(({ key }) => key));
});
