import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../packages/server/src/testing/index.ts';
import { until } from '../support/ingest-load.ts';
import {
  hasCollector,
  startCollector,
  startReceiver,
  type Collector,
  type Receiver,
} from './otelcol-peer.ts';
import { tracedServer, type TracedServer } from './traced-server.ts';

const database = testDatabase();
const dropped = (reason: string): string => `gpushield_trace_spans_dropped_total{reason="${reason}"}`;
const exported = 'gpushield_trace_spans_exported_total';

describe.skipIf(!hasCollector())('through the real Collector', () => {
  let receiver: Receiver;
  let collector: Collector;
  let server: TracedServer;

  const begin = async (endpointOf: (collector: Collector) => string): Promise<void> => {
    receiver = await startReceiver();
    collector = await startCollector(receiver);
    server = await tracedServer(database.db, endpointOf(collector));
  };
  afterEach(async () => {
    await collector.stop();
    await receiver.stop();
  });

  const expectEverything = async (): Promise<void> => {
    expect(await server.ask(2)).toEqual([200, 200]);
    await server.stop();
    const named = (name: string) => receiver.spans.find((span) => span.name === name);
    const counted = () => receiver.metrics.find(({ name }) => name === 'gpushield_http_requests_total');
    await until('the Collector to hand everything on', () =>
      Boolean(named('GET /things') && named('POST /things/:id') && counted()),
    );
    expect(named('GET /things')?.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/things',
      correlation_id: expect.stringMatching(/./),
    });
    const request = named('POST /things/:id');
    const transaction = receiver.spans.find(
      ({ name, traceId }) => name === 'transaction' && traceId === request?.traceId,
    );
    expect(transaction?.parentSpanId).toBe(request?.spanId);
    expect(named('SELECT pg_class')?.parentSpanId).toBe(transaction?.spanId);
    expect(named('count_things')?.parentSpanId).toBe(named('GET /things')?.spanId);
    expect(counted()?.points.map(({ attributes }) => attributes)).toContainEqual({
      method: 'GET',
      route: '/things',
      status: '200',
    });
    expect(receiver.resources[0]).toMatchObject({
      'service.name': 'gpushield',
      'service.version': '0.0.0-test',
    });
    expect(JSON.stringify([receiver.spans, receiver.metrics])).not.toContain('hunter2');
    expect(await server.value(exported)).toBe(receiver.spans.length);
  };

  it('request spans with their statements, and the metrics, arrive over gRPC', async () => {
    await begin(({ grpcUrl }) => grpcUrl);
    await expectEverything();
  });

  it('request spans with their statements, and the metrics, arrive over HTTP', async () => {
    await begin(({ httpUrl }) => `${httpUrl}/v1/traces`);
    await expectEverything();
  });
});

describe('a Collector that is away', () => {
  let hole: Server | undefined;
  afterEach(() => hole?.close());

  /** Takes connections and says nothing. */
  const silence = async (): Promise<number> => {
    hole = createServer();
    const listening = hole;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const address = listening.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };

  it.each(['', '/v1/traces'])(
    'hurts no request, and what could not be sent is counted (http://…%s)',
    async (path) => {
      const server = await tracedServer(database.db, `http://127.0.0.1:1${path}`);
      expect(new Set(await server.ask(20))).toEqual(new Set([200]));
      await server.stop();
      const lost = (await server.value(dropped('shutdown'))) + (await server.value(dropped('export_failed')));
      // 10 reads of request and statement at least, 10 changes of request, transaction and statement.
      expect(lost).toBeGreaterThanOrEqual(50);
      expect(await server.value(exported)).toBe(0);
      // The end does not wait for an attempt that is under way; its failure is counted when it is over.
      const failed = 'gpushield_otlp_metric_exports_total{outcome="failed"}';
      await until('the metrics’ failure', async () => (await server.value(failed)) > 0);
    },
  );

  it('that takes connections and never answers holds back 2,048 spans and neither requests nor the end', async () => {
    const server = await tracedServer(database.db, `http://127.0.0.1:${await silence()}`);
    const statuses = await server.ask(900);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await server.value(dropped('queue_full'))).toBeGreaterThan(0);
    await server.stop();
    const lost = await Promise.all(
      ['queue_full', 'shutdown', 'export_failed'].map((why) => server.value(dropped(why))),
    );
    expect(lost.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(450 * 2 + 450 * 3);
    expect(lost[1]).toBeLessThanOrEqual(2048);
  });
});

describe('without OTLP_ENDPOINT', () => {
  it('requests are answered and nothing is counted', async () => {
    const server = await tracedServer(database.db, undefined);
    expect(await server.ask(2)).toEqual([200, 200]);
    await server.stop();
    expect(await server.value(exported)).toBeNaN();
  });
});
