import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { logIn, objectAt, objectsAt, send, textAt, type Client } from '../support/client.ts';
import { makeDataDir, removeDataDir, startServer, type RunningServer } from '../support/gpushield-server.ts';
import { freezePostgres } from '../support/freeze-postgres.ts';
import { until } from '../support/ingest-load.ts';
import {
  forwardThroughCollector,
  hasCollector,
  type ForwardForm,
  type ForwardingCollector,
} from './otelcol-peer.ts';

const uuid = 'GPU-cccccccc-0000-0000-0000-000000000001';
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
const startMs = Date.now() - 600_000;

/** One point a request, each at a second of its own, so that every loss shows. */
const document = (index: number) => ({
  resourceMetrics: [
    {
      resource: { attributes: [attribute('host.name', 'collected')] },
      scopeMetrics: [
        {
          scope: { name: 'test' },
          metrics: [
            {
              name: 'hw.power',
              unit: 'W',
              gauge: {
                dataPoints: [
                  {
                    timeUnixNano: `${startMs + index * 1000}000000`,
                    asDouble: index,
                    attributes: [attribute('hw.id', uuid), attribute('hw.vendor', 'nvidia')],
                  },
                ],
              },
            },
          ],
        },
      ],
    },
  ],
});

describe.skipIf(!hasCollector())('through the real Collector', () => {
  let dataDir = '';
  let server: RunningServer | undefined;
  let collector: ForwardingCollector | undefined;
  afterEach(async () => {
    await collector?.stop();
    await server?.stop();
    await removeDataDir(dataDir);
  });

  /** Distinct values that are stored; none while the database is away. */
  const storedValues = async (admin: Client): Promise<ReadonlySet<number>> => {
    const answer = await admin.send('GET', '/api/v1/telemetry/records?limit=500');
    const records = answer.status === 200 ? objectsAt(answer.json(), 'data') : [];
    return new Set(records.map((record) => Number(objectAt(record, 'metrics')['power_usage'])));
  };
  const stored = async (admin: Client): Promise<number> => (await storedValues(admin)).size;

  /** Waits for all of them; a loss is told with what is missing and what both sides said about it. */
  const untilDelivered = async (admin: Client, total: number): Promise<void> => {
    const isThere = async (): Promise<boolean> => (await stored(admin)) >= total;
    try {
      await until('the Collector to deliver everything', isThere, 90_000);
    } catch (cause) {
      const there = await storedValues(admin);
      const missing = Array.from({ length: total }, (_, value) => value).filter((value) => !there.has(value));
      const said = [await collector?.log(), server?.output().slice(-4_000)].join('\n--- server\n');
      throw new Error(`Not delivered: ${missing.join(' ')}\n--- Collector\n${said}`, { cause });
    }
  };

  /** Our server, and the Collector that hands on to it with a key of its own. */
  const begin = async (form: ForwardForm, settings: Readonly<Record<string, string>> = {}) => {
    const [port, grpcPort] = [await freePort(createServer), await freePort(createServer)];
    dataDir = await makeDataDir();
    const env = {
      PORT: String(port),
      GPUSHIELD_OTLP_GRPC_PORT: String(grpcPort),
      ...settings,
    };
    server = await startServer(dataDir, env);
    const admin = await logIn(server.url);
    const key = await admin.send('POST', '/api/v1/keys', {
      description: 'collector',
      scopes: ['telemetry:write', 'nodes:write'],
    });
    collector = await forwardThroughCollector(
      form === 'grpc' ? `127.0.0.1:${grpcPort}` : server.url,
      form,
      textAt(key.json(), 'api_key'),
    );
    return { env, admin, key: textAt(key.json(), 'api_key'), from: collector };
  };

  it.each<ForwardForm>(['http', 'http-json', 'grpc'])(
    'nothing is lost by %s through a kill -9 of ours and 20 requests while we are away',
    async (form) => {
      const { env, from } = await begin(form);
      const total = 60;
      for (let index = 0; index < total; index += 1) {
        const answer = await send(`${from.httpUrl}/v1/metrics`, 'POST', document(index));
        expect(answer.status).toBe(200);
        if (index === 20) {
          server?.kill('SIGKILL');
          await server?.exited;
        }
        if (index === 40) server = await startServer(dataDir, env);
      }
      const again = await logIn(server?.url ?? '');
      await untilDelivered(again, total);
      expect(await stored(again)).toBe(total);
    },
    150_000,
  );

  // By gRPC alone, to spare time: the form over HTTP is asked for below, and retried in the test above.
  it.each<ForwardForm>(['grpc'])(
    'nothing is lost by %s while our database hangs: it is told to come again, in OTLP’s own form',
    async (form) => {
      const { admin, from, key } = await begin(form);
      const total = 30;
      let thaw = (): void => undefined;
      try {
        for (let index = 0; index < total; index += 1) {
          if (index === 10) thaw = await freezePostgres(dataDir);
          expect((await send(`${from.httpUrl}/v1/metrics`, 'POST', document(index))).status).toBe(200);
        }
        const headers = { authorization: `Bearer ${key}` };
        const refused = await send(`${server?.url ?? ''}/v1/metrics`, 'POST', document(total), headers);
        expect(refused.status).toBe(503);
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
        expect(refused.json()).toEqual({ code: 14, message: expect.any(String) });
      } finally {
        thaw();
      }
      await untilDelivered(admin, total);
    },
    150_000,
  );

  it.each<ForwardForm>(['http', 'http-json', 'grpc'])(
    'nothing is lost by %s while we take no more: it is told when to come again, and comes then',
    async (form) => {
      const perMinute = 20;
      const { admin, from, key } = await begin(form, {
        GPUSHIELD_LIMIT_INGEST_PER_MINUTE: String(perMinute),
      });
      const headers = { authorization: `Bearer ${key}` };
      const flood = () => send(`${server?.url ?? ''}/v1/traces`, 'POST', { resourceSpans: [] }, headers);
      // The key's own budget is spent beside the Collector, whose batch comes then.
      const statuses = await Promise.all(Array.from({ length: perMinute + 5 }, flood));
      const refused = statuses.find(({ status }) => status === 429);
      expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
      expect(refused?.json()).toEqual({ code: 8, message: expect.any(String) });
      const refusedMetrics = async () => {
        const { text } = await admin.send('GET', '/metrics');
        const counted =
          /^gpushield_http_requests_total\{[^}]*route="\/v1\/metrics"[^}]*status="429"[^}]*\} (\d+)$/m;
        return Number(counted.exec(text)?.[1] ?? 0);
      };
      const total = 30;
      for (let index = 0; index < total; index += 1)
        expect((await send(`${from.httpUrl}/v1/metrics`, 'POST', document(index))).status).toBe(200);
      await until('the Collector to be refused', async () => (await refusedMetrics()) > 0);
      await untilDelivered(admin, total);
      expect(await stored(admin)).toBe(total);
    },
    150_000,
  );
});
