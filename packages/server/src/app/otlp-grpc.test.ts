import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { fastify } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Client, credentials, Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { pino } from 'pino';
import type { App } from '../app.ts';
import { encodeOtlp, metricsDocument } from '../domains/otlp/testing/otlp-encoder.ts';
import { seedUser, signIn, stopApp, testApp } from '../testing/app-harness.ts';
import { testDatabase } from '../testing/index.ts';
import { startOtlpGrpc } from './otlp-grpc.ts';

const database = testDatabase();
const log = pino({ level: 'silent' });
const method = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';
const maxArriving = 2;
const maxHeldBytes = 1_000_000;
let app: App;
let admin = '';
let viewer = '';
let server: Awaited<ReturnType<typeof startOtlpGrpc>>;
let client: Client;

beforeAll(async () => {
  app = await testApp({ db: database.db });
  admin = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
  viewer = await signIn(app, (await seedUser(database.db, app, ['viewer'])).username);
  server = await startOtlpGrpc({
    ...{ app: app.http.app, host: '127.0.0.1', port: 0, tls: undefined, log },
    limits: { maxArriving, maxHeldBytes },
  });
  client = new Client(`127.0.0.1:${String(server.port)}`, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await server.stop();
  await stopApp(app);
});

const asIs = (bytes: Buffer): Buffer => bytes;
/** The code that an export by gRPC is answered with, and its text. */
const send = (bytes: Buffer, token?: string): Promise<readonly [status, string]> => {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  return new Promise((resolve) => {
    client.makeUnaryRequest(method, asIs, asIs, bytes, metadata, (error: ServiceError | null) => {
      resolve(error === null ? [status.OK, ''] : [error.code, error.details]);
    });
  });
};

/** A call whose message is only announced, not sent. */
const open = (session: ClientHttp2Session, token?: string) => {
  const stream = session.request({
    ...{ ':method': 'POST', ':path': method, 'content-type': 'application/grpc', te: 'trailers' },
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  });
  stream.on('error', () => undefined);
  const code = new Promise<number>((resolve) => {
    const read = (headers: Record<string, unknown>): void => {
      if (headers['grpc-status'] !== undefined) resolve(Number(headers['grpc-status']));
    };
    stream.on('response', read);
    stream.on('trailers', read);
  });
  stream.resume();
  return { stream, code };
};
const finish = (stream: ClientHttp2Stream, bytes: Buffer): void => {
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(bytes.length, 1);
  stream.end(Buffer.concat([frame, bytes]));
};

const report = encodeOtlp(
  'ExportMetrics',
  metricsDocument({ 'host.name': 'grpc-node' }, [
    {
      ...{ name: 'hw.power', unit: 'W', value: 250, at: new Date() },
      labels: { 'hw.id': 'GPU-00000000-aaaa-bbbb-cccc-000000000001', 'hw.vendor': 'NVIDIA' },
    },
  ]),
);

it('an export by gRPC is stored, and what is wrong with one is said in gRPC’s codes', async () => {
  expect(await send(report, admin)).toEqual([status.OK, '']);
  const { rows } = await database.db.query('SELECT power_usage FROM telemetry_records');
  expect(rows).toEqual([{ power_usage: 250 }]);
  expect((await send(Buffer.from([0x0a, 0x7f]), admin))[0]).toBe(status.INVALID_ARGUMENT);
  expect((await send(Buffer.alloc(0), admin))[0]).toBe(status.OK);
});

it('who may not is refused by the metadata alone: no byte of the message is waited for', async () => {
  const session = connect(`http://127.0.0.1:${String(server.port)}`);
  expect(await open(session).code).toBe(status.UNAUTHENTICATED);
  expect(await open(session, 'nobody').code).toBe(status.UNAUTHENTICATED);
  expect(await open(session, viewer).code).toBe(status.PERMISSION_DENIED);
  session.destroy();
});

it('messages that arrive at once are bounded, and places come back with the message or with its sender', async () => {
  const session = connect(`http://127.0.0.1:${String(server.port)}`);
  const pair = [open(session, admin), open(session, admin), open(session, admin)];
  // Whichever comes third is refused at once; the other two are let in and wait for their messages.
  expect(await Promise.race(pair.map(({ code }) => code))).toBe(status.UNAVAILABLE);
  expect((await send(report, admin))[0]).toBe(status.UNAVAILABLE);
  for (const { stream } of pair) if (!stream.closed) finish(stream, report);
  expect((await Promise.all(pair.map(({ code }) => code))).toSorted((a, b) => a - b)).toEqual([
    ...[status.OK, status.OK, status.UNAVAILABLE],
  ]);
  session.destroy();
  const gone = connect(`http://127.0.0.1:${String(server.port)}`);
  const abandoned = [open(gone, admin), open(gone, admin), open(gone, admin)];
  await Promise.race(abandoned.map(({ code }) => code));
  gone.destroy();
  await expect.poll(async () => (await send(report, admin))[0]).toBe(status.OK);
});

it('bytes that are held at once are bounded', async () => {
  // Ten bytes a field that nobody knows: well-formed, and too much.
  const large = Buffer.alloc(maxHeldBytes + 3, Buffer.from([0x7a, 0x01, 0x00]));
  expect((await send(large, admin))[0]).toBe(status.UNAVAILABLE);
  expect((await send(report, admin))[0]).toBe(status.OK);
});

it('a message above the limit is refused', async () => {
  expect((await send(Buffer.alloc(17 * 1024 * 1024), admin))[0]).toBe(status.RESOURCE_EXHAUSTED);
});

it('who sends too much is RESOURCE_EXHAUSTED and told when to come again, so that exporters do', async () => {
  const full = fastify();
  full.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume().once('end', () => done(null));
  });
  full.post('/v1/metrics', (_request, reply) =>
    reply
      .status(429)
      .header('retry-after', '300')
      .send(Buffer.from([0x08, 0x08, 0x12, 0x02, 0x6e, 0x6f])),
  );
  const behind = await startOtlpGrpc({ app: full, host: '127.0.0.1', port: 0, tls: undefined, log });
  const exporter = new Client(`127.0.0.1:${String(behind.port)}`, credentials.createInsecure());
  const error = await new Promise<ServiceError | null>((resolve) => {
    exporter.makeUnaryRequest(method, asIs, asIs, report, new Metadata(), resolve);
  });
  exporter.close();
  await behind.stop();
  expect([error?.code, error?.details]).toEqual([status.RESOURCE_EXHAUSTED, 'no']);
  const [details] = error?.metadata.get('grpc-status-details-bin') ?? [];
  const retryInfo = 'type.googleapis.com/google.rpc.RetryInfo';
  // Status: code 8, message "no", one detail: RetryInfo with a delay of 300 s.
  expect(details).toEqual(
    Buffer.concat([
      Buffer.from([0x08, 0x08, 0x12, 0x02]),
      Buffer.from('no'),
      Buffer.from([0x1a, 2 + retryInfo.length + 2 + 5, 0x0a, retryInfo.length]),
      Buffer.from(retryInfo),
      Buffer.from([0x12, 5, 0x0a, 3, 0x08, 0xac, 0x02]),
    ]),
  );
});
