import { describe, expect, it } from 'vitest';
import type { DisabledEndpoint } from './deps.ts';
import { eventually, type startReceiver } from './testing/rig.ts';
import { deliveryStage, type AttemptRow } from './testing/delivery-stage.ts';

const { hourMs, receiver, rig, steppedRig, endpoint, publish, deliveries, attempts, endpointRow } =
  deliveryStage();

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
