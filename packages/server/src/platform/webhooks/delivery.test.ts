import { Webhook } from 'standardwebhooks';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import type { DisabledEndpoint } from './deps.ts';
import {
  eventually,
  impatientWorker,
  insertEndpoint,
  startReceiver,
  steppedClock,
  webhooksRig,
  type Receiver,
  type Rig,
} from './testing/rig.ts';

const database = testDatabase();
const closers: (() => Promise<void>)[] = [];
const hourMs = 3_600_000;

const receiver = async (answer?: Parameters<typeof startReceiver>[0]): Promise<Receiver> => {
  const started = await startReceiver(answer);
  closers.push(started.close);
  return started;
};
const rig = async (
  receivers: readonly Receiver[],
  changes: Parameters<typeof webhooksRig>[2] = {},
): Promise<Rig> => {
  const made = webhooksRig(
    database.db,
    receivers.map(({ port }) => port),
    changes,
  );
  await made.webhooks.start();
  closers.unshift(made.stop);
  return made;
};
/** A rig whose clock the test steps; the queue looks again at once. */
const steppedRig = async (
  receivers: readonly Receiver[],
  changes: Parameters<typeof webhooksRig>[2] = {},
) => {
  const clock = steppedClock();
  const log = pino({ level: 'silent' });
  const makeWorker = impatientWorker({ db: database.db, clock, log, random: Math.random });
  return { clock, given: await rig(receivers, { clock, makeWorker, ...changes }) };
};
const endpoint = (
  given: Rig,
  { port }: Receiver,
  options: Partial<Parameters<typeof insertEndpoint>[1]> = {},
) =>
  insertEndpoint(
    { db: database.db, webhooks: given.webhooks },
    { url: `http://127.0.0.1:${port}/hook`, ...options },
  );
const publish = (given: Rig, event: Partial<Parameters<Rig['webhooks']['publish']>[1]> = {}) =>
  database.db.transaction((tx) =>
    given.webhooks.publish(tx, { type: 'alert.created', payload: { a: 1 }, ...event }),
  );

interface DeliveryRow {
  readonly status: string;
  readonly attempts: number;
  readonly message_id: string;
  readonly endpoint_id: string;
}
const deliveries = async () =>
  (
    await database.db.query<DeliveryRow>(
      'SELECT status, attempts, message_id, endpoint_id FROM webhook_deliveries ORDER BY id',
    )
  ).rows;
interface AttemptRow {
  readonly status: number | null;
  readonly error: string | null;
  readonly response: string | null;
}
const attempts = async () =>
  (
    await database.db.query<AttemptRow>(
      'SELECT status, error, response FROM webhook_attempts ORDER BY at, id',
    )
  ).rows;
const endpointRow = async (id: string) =>
  (
    await database.db.query<{ enabled: boolean; disabled_reason: string | null; failing_since: Date | null }>(
      'SELECT enabled, disabled_reason, failing_since FROM webhook_endpoints WHERE id = $1',
      [id],
    )
  ).rows[0];
const bodies = ({ received }: Receiver) => received.map(({ body }) => body);

beforeEach(async () => {
  await database.db.query('TRUNCATE webhook_endpoints, webhook_messages CASCADE');
  await database.db.query(
    `SELECT pgmq.purge_queue('webhooks') WHERE to_regclass('pgmq.q_webhooks') IS NOT NULL`,
  );
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

describe('a delivery', () => {
  it('is verified by standardwebhooks, byte for byte as it was published, and carries the id of the message', async () => {
    const target = await receiver();
    const given = await rig([target]);
    const { secret } = await endpoint(given, target);
    const payload = '{ "type": "alert.created",  "data": {"name": "Ä 😀 \\u0000", "n": 1.0} }';
    const id = await publish(given, { payload });
    const got = await eventually(() => target.received[0]);
    expect(got.body).toBe(payload);
    expect(got.headers['webhook-id']).toBe(id);
    expect(new Webhook(secret).verify(got.body, got.headers)).toEqual(JSON.parse(payload));
    await eventually(async () => (await deliveries())[0]?.status === 'succeeded');
  });

  it('happens only when the transaction that published it commits, and once for one id', async () => {
    const target = await receiver();
    const given = await rig([target]);
    await endpoint(given, target);
    const failed = database.db.transaction(async (tx) => {
      await given.webhooks.publish(tx, { type: 'a.b', payload: { rolled: 'back' } });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    const id = await publish(given, { payload: { n: 1 } });
    await publish(given, { payload: { n: 2 }, id });
    await eventually(async () => (await deliveries()).every(({ status }) => status === 'succeeded'));
    expect(bodies(target)).toEqual(['{"n":1}']);
  });

  it('goes to the endpoints whose filters take the type, by name or by prefix, and to no disabled one', async () => {
    const target = await receiver();
    const given = await rig([target]);
    const url = (name: string) => ({ url: `http://127.0.0.1:${target.port}/${name}` });
    await endpoint(given, target, { ...url('all') });
    await endpoint(given, target, { ...url('exact'), eventTypes: ['alert.created'] });
    await endpoint(given, target, { ...url('prefix'), eventTypes: ['alert.*'] });
    await endpoint(given, target, { ...url('longer'), eventTypes: ['alert.created.*'] });
    await endpoint(given, target, { ...url('other'), eventTypes: ['alerts.*', 'alert'] });
    await endpoint(given, target, { ...url('off'), enabled: false });
    await publish(given);
    await eventually(async () => {
      const rows = await deliveries();
      return rows.length > 0 && rows.every(({ status }) => status === 'succeeded');
    });
    expect(target.received.map(({ path }) => path).toSorted()).toEqual(['/all', '/exact', '/prefix']);
  });

  it('reaches every one of many endpoints exactly once', async () => {
    const target = await receiver();
    const given = await rig([target]);
    const made = await Promise.all(
      Array.from({ length: 120 }, (_, n) =>
        endpoint(given, target, { url: `http://127.0.0.1:${target.port}/${n}` }),
      ),
    );
    await publish(given);
    await eventually(() => target.received.length >= made.length);
    await eventually(async () => (await deliveries()).every(({ status }) => status === 'succeeded'));
    expect(new Set(target.received.map(({ path }) => path)).size).toBe(120);
    expect(target.received).toHaveLength(120);
  });

  it('refuses payloads beyond 256 KiB and names that are none', async () => {
    const given = await rig([]);
    await expect(publish(given, { payload: { a: 'x'.repeat(256 * 1024) } })).rejects.toThrow(RangeError);
    await expect(publish(given, { type: 'Alert Created' })).rejects.toThrow(RangeError);
    await expect(publish(given, { payload: '"\ud800"' })).rejects.toThrow(RangeError);
    await expect(publish(given, { key: '' })).rejects.toThrow(RangeError);
  });

  it('leaves no secret in the logs, the attempts or the queue, also when the receiver echoes what it got', async () => {
    let written = '';
    const log = pino({ level: 'trace' }, { write: (line: string) => void (written += line) });
    const target = await receiver((got, response) => {
      response.statusCode = 500;
      response.end(
        `${JSON.stringify(got.headers)} Bearer abcdefghijklmnopqrstuvwxyz012345 whsec_${'A'.repeat(32)}`,
      );
    });
    const given = await rig([target], { log });
    const { secret } = await endpoint(given, target);
    await publish(given);
    const [row] = await eventually(async () => {
      const rows = await attempts();
      return rows.length > 0 && rows;
    });
    const { rows: queued } = await database.db.query('SELECT * FROM pgmq.q_webhooks');
    const signature = target.received[0]?.headers['webhook-signature'] ?? '';
    expect(signature).toMatch(/^v1,/);
    for (const text of [written, row?.response ?? '', JSON.stringify(queued)]) {
      expect(text).not.toContain(secret.slice('whsec_'.length));
      expect(text).not.toContain(signature.slice('v1,'.length));
      expect(text).not.toContain('abcdefghijklmnopqrstuvwxyz012345');
      expect(text).not.toContain('AAAAAAAA');
    }
  });
});

describe('receivers that misbehave', () => {
  const onceOnly: [string, Parameters<typeof startReceiver>[0], Partial<AttemptRow>][] = [
    ['hangs', () => undefined, { status: null, error: 'timeout' }],
    [
      'redirects inwards',
      (_, response) => {
        response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' });
        response.end();
      },
      { status: 302, error: 'http_status' },
    ],
    ['closes early', (_, __, raw) => raw.socket.destroy(), { status: null }],
    [
      'answers a failure',
      (_, response) => {
        response.statusCode = 503;
        response.end('busy\u0000');
      },
      { status: 503, error: 'http_status', response: 'busy\uFFFD' },
    ],
  ];
  it.each(onceOnly)(
    'one that %s is recorded as failed and gets the message again',
    async (_name, answer, expected) => {
      let calls = 0;
      const target = await receiver((got, response, raw) => {
        calls += 1;
        if (calls === 1) answer?.(got, response, raw);
        else response.end('ok');
      });
      const { clock, given } = await steppedRig([target], { timeoutMs: 300 });
      await endpoint(given, target);
      const id = await publish(given);
      await eventually(async () => (await attempts()).length === 1);
      expect((await attempts())[0]).toMatchObject(expected);
      clock.step(10_000);
      await eventually(async () => (await deliveries())[0]?.status === 'succeeded');
      expect(target.received.map(({ headers }) => headers['webhook-id'])).toEqual([id, id]);
    },
  );

  it('of an endless answer the first kilobyte is kept and the rest is not read', async () => {
    let sent = 0;
    const target = await receiver((_, response) => {
      const more = (): void => {
        while (sent < 2 ** 30 && !response.destroyed) {
          sent += 65_536;
          if (!response.write('x'.repeat(65_536))) {
            response.once('drain', more);
            return;
          }
        }
      };
      response.on('error', () => undefined);
      more();
    });
    const given = await rig([target]);
    await endpoint(given, target);
    await publish(given);
    await eventually(async () => (await attempts()).length === 1);
    expect((await attempts())[0]?.response?.length).toBeLessThanOrEqual(1024);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('an endpoint whose address became a private one gets nothing, and the message waits', async () => {
    const target = await receiver();
    const { given } = await steppedRig([target], { destination: { allowHttp: true, ports: [target.port] } });
    await endpoint(given, target);
    await publish(given);
    await eventually(async () => (await attempts()).length === 1);
    expect((await attempts())[0]?.error).toBe('forbidden_destination');
    expect(target.received).toHaveLength(0);
    expect((await deliveries())[0]).toMatchObject({ status: 'pending' });
  });

  it('429 with Retry-After gets the message again when it said, not by the table', async () => {
    let calls = 0;
    const target = await receiver((_, response) => {
      calls += 1;
      if (calls === 1) response.writeHead(429, { 'retry-after': '120' });
      response.end();
    });
    const { clock, given } = await steppedRig([target]);
    await endpoint(given, target);
    await publish(given);
    await eventually(async () => (await attempts()).length === 1);
    clock.step(60_000);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(target.received).toHaveLength(1);
    clock.step(61_000);
    await eventually(async () => (await deliveries())[0]?.status === 'succeeded');
  });

  it('410 disables the endpoint, tells the others, and its later messages go nowhere', async () => {
    const gone = await receiver((_, response) => {
      response.statusCode = 410;
      response.end();
    });
    const other = await receiver();
    const told: DisabledEndpoint[] = [];
    const given = await rig([gone, other], {
      onDisabled: (each) => {
        told.push(each);
        return Promise.resolve();
      },
    });
    const { id } = await endpoint(given, gone);
    await endpoint(given, other, { eventTypes: ['webhook.*'] });
    await publish(given);
    const notice = await eventually(() => other.received[0]);
    expect(JSON.parse(notice.body)).toMatchObject({
      type: 'webhook.endpoint_disabled',
      data: { endpoint_id: id, reason: 'gone' },
    });
    expect(await endpointRow(id)).toMatchObject({ enabled: false, disabled_reason: 'gone' });
    await eventually(() => told.length === 1);
    expect(told).toEqual([{ endpointId: id, reason: 'gone' }]);
    await publish(given);
    expect((await deliveries()).filter((each) => each.endpoint_id === id)).toHaveLength(1);
  });

  it('one that only fails gets ten attempts by the table, and is disabled when that lasts for five days', async () => {
    const target = await receiver((_, response) => {
      response.statusCode = 500;
      response.end();
    });
    const { clock, given } = await steppedRig([target]);
    const { id } = await endpoint(given, target);
    await publish(given);
    // The table's pauses with their jitter; the endpoint's circuit rests for a minute at most.
    const pausesHours = [0.01, 0.1, 0.6, 2.4, 6, 12, 16.8, 24, 28.8];
    for (const [index, hours] of [...pausesHours, 0].entries()) {
      await eventually(async () => (await attempts()).length === index + 1);
      clock.step(Math.max(hours * hourMs, 61_000));
    }
    await eventually(async () => (await deliveries())[0]?.status === 'failed');
    expect(target.received).toHaveLength(10);
    expect(await endpointRow(id)).toMatchObject({ enabled: true });
    clock.step(48 * hourMs);
    await publish(given);
    await eventually(async () => (await endpointRow(id))?.enabled === false);
    expect(await endpointRow(id)).toMatchObject({ disabled_reason: 'failing' });
  });

  it('a success in between forgets the failures', async () => {
    let calls = 0;
    const target = await receiver((_, response) => {
      calls += 1;
      response.statusCode = calls === 1 ? 500 : 200;
      response.end();
    });
    const { clock, given } = await steppedRig([target]);
    const { id } = await endpoint(given, target);
    await publish(given);
    await eventually(async () => ((await endpointRow(id))?.failing_since ?? null) !== null);
    clock.step(10_000);
    await eventually(async () => (await deliveries())[0]?.status === 'succeeded');
    expect(await endpointRow(id)).toMatchObject({ enabled: true, failing_since: null });
  });
});

describe('messages of one key', () => {
  it('come in their order, one after the other, and a failing head holds up its key alone', async () => {
    const order: string[] = [];
    let failHead = true;
    const underWay = new Map<string, number>();
    let overlapped = false;
    const target = await receiver(({ body }, response) => {
      const key = body.charAt(2);
      underWay.set(key, (underWay.get(key) ?? 0) + 1);
      overlapped ||= (underWay.get(key) ?? 0) > 1;
      setTimeout(() => {
        underWay.set(key, (underWay.get(key) ?? 1) - 1);
        const refused = failHead && body === '{"a":0}';
        if (!refused) order.push(body);
        response.statusCode = refused ? 500 : 200;
        response.end();
      }, 5);
    });
    const { clock, given } = await steppedRig([target]);
    await endpoint(given, target, { ordered: true });
    for (let n = 0; n < 8; n += 1) {
      await publish(given, { key: 'a', payload: { a: n } });
      await publish(given, { key: 'b', payload: { b: n } });
    }
    const of = (key: string) => order.filter((body) => body.startsWith(`{"${key}"`));
    await eventually(() => of('b').length === 8);
    expect(of('a')).toEqual([]);
    failHead = false;
    clock.step(10_000);
    await eventually(() => of('a').length === 8);
    for (const key of ['a', 'b'])
      expect(of(key)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((n) => `{"${key}":${n}}`));
    expect(overlapped).toBe(false);
  });
});

describe('endpoints apart from each other', () => {
  it('endpoints that hang, with a backlog, hold up nobody else', async () => {
    const hanging = await Promise.all(Array.from({ length: 3 }, () => receiver(() => undefined)));
    const good = await receiver();
    const given = await rig([...hanging, good], { concurrency: 32, timeoutMs: 30_000 });
    for (const each of hanging) await endpoint(given, each, { eventTypes: ['slow.*'] });
    await endpoint(given, good, { eventTypes: ['quick.*'] });
    for (let n = 0; n < 60; n += 1) await publish(given, { type: 'slow.one' });
    for (let n = 0; n < 60; n += 1) await publish(given, { type: 'quick.one', payload: { n } });
    // Long before the first of the hanging ones is given up.
    await eventually(() => good.received.length >= 60, 15_000);
    for (const each of hanging) expect(each.received.length).toBeLessThan(32);
    for (const each of hanging) await each.close();
  });
});
