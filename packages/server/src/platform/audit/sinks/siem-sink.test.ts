import { describe, expect, it } from 'vitest';
import { createSecret } from '../../secrets/index.ts';
import type { OutboundRequest } from '../../outbound/types.ts';
import { sealEntries } from '../canonical.ts';
import { emptyChain } from '../entry.ts';
import { factsOf } from '../facts.ts';
import { someDecision, testDigester } from '../test-support.ts';
import { createSiemSink } from './siem-sink.ts';

const entriesOf = (...actions: string[]) =>
  sealEntries(
    actions.map((action, n) =>
      factsOf(someDecision({ action, granted: n === 0, reason: n === 0 ? 'ok' : 'invalid_credentials' }), {
        id: `01990000-0000-7000-8000-00000000000${String(n)}`,
        occurredAtMs: 1_760_000_000_123,
        digester: testDigester,
      }),
    ),
    emptyChain('01990000-0000-7000-8000-000000000001'),
  ).sealed;

const sinkAnswering = (status: number, headers: Record<string, string> = {}) => {
  const requests: OutboundRequest[] = [];
  const sink = createSiemSink({
    url: 'https://siem.example.com/ocsf',
    token: createSecret('siem-token-1234'),
    client: {
      request: (_policy, request) => {
        requests.push(request);
        return Promise.resolve({
          status,
          headers,
          body: Buffer.from('full'),
          truncated: false,
          durationMs: 1,
        });
      },
    },
  });
  return { sink, requests };
};

describe('the SIEM sink', () => {
  it('posts OCSF 1.7 events of classes 6003 and 3002, with type_uid and epoch milliseconds', async () => {
    const { sink, requests } = sinkAnswering(202);
    await sink.deliver(entriesOf('node.register', 'auth.login'), new AbortController().signal);
    const [request] = requests;
    expect(request?.headers?.['authorization']).toBe('Bearer siem-token-1234');
    expect(JSON.parse(String(request?.body))).toMatchObject([
      {
        class_uid: 6003,
        category_uid: 6,
        activity_id: 1,
        type_uid: 600_301,
        time: 1_760_000_000_123,
        status_id: 1,
        metadata: { version: '1.7.0', sequence: 1 },
        api: { operation: 'node.register' },
        src_endpoint: { ip: '127.0.0.1' },
      },
      {
        class_uid: 3002,
        category_uid: 3,
        activity_id: 1,
        type_uid: 300_201,
        status_id: 2,
        user: { uid: 'p-1' },
      },
    ]);
  });

  it('is refused by anything but a 2xx, and says when to come back', async () => {
    const { sink } = sinkAnswering(503, { 'retry-after': '7' });
    await expect(sink.deliver(entriesOf('a.b'), new AbortController().signal)).rejects.toMatchObject({
      name: 'SinkRefused',
      retryAfterMs: 7_000,
    });
  });
});
