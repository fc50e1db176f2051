import { randomUUID } from 'node:crypto';
import { Server, ServerCredentials, status, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import { fastify } from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { metricsDocument } from '../domains/otlp/testing/otlp-encoder.ts';
import { decodeMetrics } from '../domains/otlp/wire/metrics.ts';
import { seedUser, signIn, stopApp, testApp } from '../testing/app-harness.ts';
import { testDatabase } from '../testing/index.ts';
import type { App } from '../app.ts';

const database = testDatabase();
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

const begin = async (endpoint: string) => {
  const app = await testApp({ db: database.db, env: { OTLP_ENDPOINT: endpoint } });
  stops.push(() => stopApp(app));
  const token = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
  return { app, token };
};
const post = async ({ app, token }: { app: App; token: string }, url: string, body: object, key?: string) => {
  const answer = await app.http.app.inject({
    method: 'POST',
    url,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    payload: JSON.stringify(body),
  });
  expect(answer.statusCode, answer.body).toBeLessThan(300);
  return answer.json<{ id: string }>();
};

/** What an export says: name, unit and value of each point, and its GPU. */
const pointsOf = (bytes: Buffer): (readonly [string, string, number, string | undefined])[] => {
  const points: (readonly [string, string, number, string | undefined])[] = [];
  let metric: readonly [string, string] = ['', ''];
  decodeMetrics(bytes, {
    resource: () => undefined,
    metric: (name, unit) => {
      metric = [name, unit];
    },
    point: (_key, attributes, _at, value) => {
      const labels = attributes();
      points.push([...metric, value, labels.get('gpushield.gpu.id') ?? labels.get('hw.id')]);
    },
    unusable: () => undefined,
  });
  return points;
};

const uuid = 'GPU-00000000-aaaa-bbbb-cccc-00000000f0f0';
const report = () =>
  metricsDocument({ 'host.name': 'forwarded' }, [
    {
      ...{ name: 'hw.power', unit: 'W', value: 250, at: new Date() },
      labels: { 'hw.id': uuid, 'hw.vendor': 'NVIDIA' },
    },
  ]);

it('records of the REST API go on as OTLP once they are durable, and once only', async () => {
  const got: Buffer[] = [];
  const collector = fastify();
  collector.addContentTypeParser('application/x-protobuf', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  collector.post('/v1/metrics', async (request, reply) => {
    got.push(request.body as Buffer);
    await reply.send();
  });
  const url = await collector.listen({ host: '127.0.0.1', port: 0 });
  stops.push(() => collector.close());
  const client = await begin(`${url}/v1/metrics`);
  const { id: nodeId } = await post(client, '/api/v1/nodes', { name: `rest-${randomUUID()}` });
  const gpu = { vendor: 'nvidia', model: 'H100', device_id: '0000:01:00.0', memory_total: 81_559 };
  const { id: gpuId } = await post(client, `/api/v1/nodes/${nodeId}/gpus`, { ...gpu, uuid: randomUUID() });
  const records = [
    { gpu_id: gpuId, timestamp: new Date().toISOString(), metrics: { memory_used: 12, own_number: 3.5 } },
  ];
  const key = randomUUID();
  await post(client, '/api/v1/telemetry/records/bulk', { records }, key);
  await post(client, '/api/v1/telemetry/records/bulk', { records }, key);
  await post(client, '/v1/metrics', report());
  await expect.poll(() => got.length).toBe(2);
  expect(pointsOf(got[0] ?? Buffer.alloc(0))).toEqual([
    ['gpushield.gpu.memory_used', 'MiBy', 12, gpuId],
    ['own_number', '', 3.5, gpuId],
  ]);
});

it('an export in JSON goes on over gRPC, in protobuf, and one that is refused for good is not sent again', async () => {
  const got: Buffer[] = [];
  const asIs = (bytes: Buffer): Buffer => bytes;
  const collector = new Server();
  const path = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';
  const method = {
    ...{ path, requestStream: false, responseStream: false },
    ...{
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  };
  collector.addService(
    { Export: method },
    {
      Export: (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
        got.push(call.request);
        if (got.length === 1) done({ code: status.INVALID_ARGUMENT, details: 'no' });
        else done(null, Buffer.alloc(0));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    collector.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  stops.push(() => Promise.resolve(collector.forceShutdown()));
  const client = await begin(`http://127.0.0.1:${String(port)}`);
  await post(client, '/v1/metrics', report());
  await post(client, '/v1/metrics', report());
  await expect.poll(() => got.length).toBe(2);
  expect(got.map(pointsOf)).toEqual(got.map(() => [['hw.power', 'W', 250, uuid]]));
});
