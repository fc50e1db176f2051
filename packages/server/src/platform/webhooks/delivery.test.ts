import { Webhook } from 'standardwebhooks';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { eventually } from './testing/rig.ts';
import { deliveryStage } from './testing/delivery-stage.ts';

const { database, receiver, rig, steppedRig, endpoint, publish, deliveries, attempts, bodies } =
  deliveryStage();

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
