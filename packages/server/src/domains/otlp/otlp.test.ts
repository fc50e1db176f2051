import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { hostGpuName } from '@gpushield/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { collectPoints, maxKnownPoints } from './collect-points.ts';
import { maxItemsPerExport } from './item-limit.ts';
import { maxJsonValues } from './json/parse-export.ts';
import { createRejections } from './rejections.ts';
import { cursorOf, readNanosAsMs } from './wire/fields.ts';
import { testDatabase } from '../../testing/index.ts';
import { decodeAnswer, encodeOtlp, metricsDocument, type TestMetric } from './testing/otlp-encoder.ts';

const database = testDatabase();
let app: App;
let admin = '';
let viewer = '';

beforeAll(async () => {
  app = await testApp({ db: database.db });
  admin = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
  viewer = await signIn(app, (await seedUser(database.db, app, ['viewer'])).username);
});
afterAll(() => stopApp(app));

const send = (
  url: string,
  payload: Buffer | string,
  { type = 'application/x-protobuf', token = admin, headers = {} } = {},
) =>
  app.http.app.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'content-type': type, authorization: `Bearer ${token}`, ...headers },
  });

const lengthDelimited = (tag: number, bytes: Buffer): Buffer => {
  const length: number[] = [];
  for (let rest = bytes.length; ; rest = Math.floor(rest / 128)) {
    length.push(rest < 128 ? rest : (rest % 128) | 0x80);
    if (rest < 128) return Buffer.concat([Buffer.from([tag, ...length]), bytes]);
  }
};

const node = { 'host.name': 'otlp-node', 'k8s.cluster.name': 'prod' };
const uuid = 'GPU-11111111-2222-3333-4444-555555555555';
const gpu = { 'hw.id': uuid, 'hw.type': 'gpu', 'hw.vendor': 'NVIDIA', 'hw.model': 'H100' };
const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const at = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);
const hardware = (time: Date): TestMetric[] => [
  { name: 'hw.gpu.utilization', unit: '1', value: 0.855, at: time, labels: gpu },
  { name: 'hw.gpu.memory.usage', unit: 'By', value: 1_073_741_824, at: time, labels: gpu, kind: 'sum' },
  { name: 'hw.temperature', unit: 'Cel', value: 78, at: time, labels: gpu },
  { name: 'hw.power', unit: 'kW', value: 0.25, at: time, labels: gpu },
  {
    ...{ name: 'hw.errors', unit: '{error}', value: 3, at: time, kind: 'sum' as const },
    labels: { ...gpu, 'error.type': 'corrected' },
  },
  { name: 'vendor.nvdec.sessions', unit: '1', value: 2, at: time, labels: gpu },
];
const expected = {
  ...{ gpu_utilization: 85.5, memory_used: 1024, temperature: 78, power_usage: 250, ecc_corrected: 3 },
  'vendor.nvdec.sessions': 2,
};

const recordsAt = async (time: Date) => {
  const { rows } = await database.db.query<{ id: string }>('SELECT id FROM gpus WHERE uuid = $1', [uuid]);
  const query = new URLSearchParams({
    gpu_id: rows[0]?.id ?? '',
    since: time.toISOString(),
    until: new Date(time.getTime() + 1).toISOString(),
  });
  const answer = await app.http.app.inject({
    url: `/api/v1/telemetry/records?${query.toString()}`,
    headers: { authorization: `Bearer ${admin}` },
  });
  return answer.json<{ data: { metrics: Record<string, number> }[] }>().data;
};

/** How many items the metrics say were stored. */
const counted = async (kind: string): Promise<number> => {
  const { body: text } = await app.http.app.inject({
    url: '/metrics',
    headers: { authorization: `Bearer ${admin}` },
  });
  const pattern = new RegExp(
    `^gpushield_ingest_records_total\\{kind="${kind}",outcome="stored"\\} (\\d+)`,
    'm',
  );
  return Number(pattern.exec(text)?.[1] ?? 0);
};

it('nanoseconds become the millisecond that they are in, whatever the moment', () => {
  const bytes = Buffer.alloc(8);
  for (let ms = 1_700_000_000_000; ms < 1_700_000_900_000; ms += 617) {
    for (const nanos of [0n, 1n, 999_999n]) {
      bytes.writeBigUInt64LE(BigInt(ms) * 1_000_000n + nanos);
      expect(readNanosAsMs(cursorOf(bytes), 8)).toBe(ms);
    }
  }
});

describe('metrics', () => {
  it('arrive by protobuf in the vocabulary’s units, one record a GPU and time, and register what is unknown', async () => {
    const answer = await send(
      '/v1/metrics',
      encodeOtlp('ExportMetrics', metricsDocument(node, hardware(at(10)))),
    );
    expect([answer.statusCode, answer.headers['content-type'], answer.rawPayload.length]).toEqual([
      200,
      'application/x-protobuf',
      0,
    ]);
    expect((await recordsAt(at(10))).map(({ metrics }) => metrics)).toEqual([expected]);
    const { rows } = await database.db.query(
      `SELECT gpus.vendor, gpus.model, nodes.name, nodes.cluster_id FROM gpus JOIN nodes ON nodes.id = node_id
       WHERE uuid = $1`,
      [uuid],
    );
    expect(rows).toEqual([{ vendor: 'nvidia', model: 'H100', name: 'otlp-node', cluster_id: 'prod' }]);
  });

  it('arrive by JSON likewise, on the seed’s path, and unknown fields are passed over', async () => {
    const document = { ...metricsDocument(node, hardware(at(11))), fromTheFuture: [1] };
    const answer = await send('/api/v1/telemetry/otlp', JSON.stringify(document), {
      type: 'application/json',
    });
    expect([answer.statusCode, answer.json()]).toEqual([200, {}]);
    expect((await recordsAt(at(11))).map(({ metrics }) => metrics)).toEqual([expected]);
  });

  it('arrive gzipped', async () => {
    const bytes = gzipSync(encodeOtlp('ExportMetrics', metricsDocument(node, hardware(at(12)))));
    expect((await send('/v1/metrics', bytes, { headers: { 'content-encoding': 'gzip' } })).statusCode).toBe(
      200,
    );
    expect(await recordsAt(at(12))).toHaveLength(1);
  });

  it('of dcgm-exporter through the Prometheus receiver are understood by name and label', async () => {
    const labels = { UUID: uuid, gpu: '0', pci_bus_id: '00000000:3B:00.0', Hostname: 'otlp-node' };
    const metrics: TestMetric[] = [
      { name: 'DCGM_FI_DEV_GPU_UTIL', value: 97, at: at(13), labels },
      { name: 'DCGM_FI_DEV_FB_USED', value: 70_000, at: at(13), labels },
      { name: 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION', value: 5000, at: at(13), labels, kind: 'sum' },
      { name: 'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE', value: 0.25, at: at(13), labels },
    ];
    const bytes = encodeOtlp('ExportMetrics', metricsDocument({}, metrics));
    expect(decodeAnswer('ExportResponse', (await send('/v1/metrics', bytes)).rawPayload)).toEqual({});
    expect((await recordsAt(at(13)))[0]?.metrics).toEqual({
      ...{ gpu_utilization: 97, memory_used: 70_000, energy_consumption: 5, tensor_utilization: 25 },
    });
  });

  it('of a MIG slice, which has the UUID of its GPU, are not taken for the GPU’s own', async () => {
    const labels = { UUID: uuid, gpu: '0', Hostname: 'otlp-node' };
    const slice = { ...labels, GPU_I_PROFILE: '1g.10gb', GPU_I_ID: '7' };
    const metrics: TestMetric[] = [
      { name: 'DCGM_FI_DEV_FB_USED', value: 70_000, at: at(29), labels },
      { name: 'DCGM_FI_DEV_FB_USED', value: 12, at: at(29), labels: slice },
    ];
    const answer = await send('/v1/metrics', encodeOtlp('ExportMetrics', metricsDocument({}, metrics)));
    expect(decodeAnswer('ExportResponse', answer.rawPayload)).toMatchObject({
      partialSuccess: { rejected: 1, errorMessage: expect.stringContaining('MIG slice') as string },
    });
    expect((await recordsAt(at(29)))[0]?.metrics).toEqual({ memory_used: 70_000 });
  });

  it('that cannot be kept are counted with their reasons, and the others are stored', async () => {
    const time = at(14);
    const metrics: TestMetric[] = [
      { name: 'hw.temperature', unit: 'Cel', value: 50, at: time, labels: gpu },
      { name: 'hw.power', unit: 'By', value: 50, at: time, labels: gpu },
      { name: 'hw.energy', unit: 'J', value: 5, at: time, labels: gpu, kind: 'delta' },
      { name: 'h', value: 5, at: time, labels: gpu, kind: 'histogram' },
      { name: 'hw.temperature', unit: 'Cel', value: 5000, at: time, labels: gpu },
      { name: 'hw.gpu.utilization', unit: '1', value: Number.NaN, at: time, labels: gpu },
      { name: 'hw.temperature', unit: 'Cel', value: 5, at: new Date(now.getTime() + 3_600_000), labels: gpu },
      { name: 'hw.temperature', unit: 'Cel', value: 5, at: new Date(0), labels: gpu },
      { name: 'hw.temperature', unit: 'Cel', value: 40, at: time, labels: { ...gpu, 'hw.type': 'cpu' } },
      { name: 'system.cpu.time', unit: 's', value: 40, at: time, labels: {} },
    ];
    const answer = await send('/v1/metrics', encodeOtlp('ExportMetrics', metricsDocument({}, metrics)));
    const { partialSuccess } = decodeAnswer('ExportResponse', answer.rawPayload) as {
      partialSuccess: { rejected: number; errorMessage: string };
    };
    expect([answer.statusCode, partialSuccess.rejected]).toEqual([200, 9]);
    for (const reason of [
      'hw.power in unit "By" disagrees',
      'delta temporality is not kept',
      'histograms are not kept',
      'hw.temperature is out of what a device can report',
      'its value is not a finite number',
      'ahead',
      'before 2015',
      'not about a GPU',
      'no GPU is named',
    ])
      expect(partialSuccess.errorMessage).toContain(reason);
    expect((await recordsAt(time))[0]?.metrics).toEqual({ temperature: 50 });
  });

  it('of a GPU that nobody knows are rejected where the credential may not register it, and say so', async () => {
    const key = await app.http.app.inject({
      method: 'POST',
      url: '/api/v1/keys',
      headers: { authorization: `Bearer ${admin}` },
      payload: { description: 'exporter', scopes: ['telemetry:write'] },
    });
    const token = key.json<{ api_key: string }>().api_key;
    const labels = { ...gpu, 'hw.id': 'GPU-99999999-0000-0000-0000-000000000000' };
    const document = metricsDocument(node, [{ name: 'hw.power', unit: 'W', value: 1, at: at(15), labels }]);
    const answer = await send('/v1/metrics', encodeOtlp('ExportMetrics', document), { token });
    expect(decodeAnswer('ExportResponse', answer.rawPayload)).toMatchObject({
      partialSuccess: { rejected: 1, errorMessage: expect.stringContaining('may not register') as string },
    });
  });

  it('of GPUs that are named by their place on the bus stay apart by host, and join what the sensor registered', async () => {
    const place = 'PCI-0000:4d:00.0';
    const time = at(17);
    const labels = { 'hw.id': place, 'hw.type': 'gpu', 'hw.vendor': 'Intel' };
    for (const [host, name, value] of [
      ['bus-a', 'hw.id', 100],
      ['bus-b', 'hw.id', 200],
      ['bus-b', 'gpushield.gpu.uuid', 150],
    ] as const) {
      const metrics = [
        { ...{ name: 'hw.power', unit: 'W', value, at: time }, labels: { ...labels, [name]: place } },
      ];
      const bytes = encodeOtlp('ExportMetrics', metricsDocument({ 'host.name': host }, metrics));
      expect(decodeAnswer('ExportResponse', (await send('/v1/metrics', bytes)).rawPayload)).toEqual({});
    }
    const { rows } = await database.db.query(
      `SELECT nodes.name, uuid, array_agg(power_usage ORDER BY power_usage) AS watts
       FROM telemetry_records JOIN gpus ON gpus.id = gpu_id JOIN nodes ON nodes.id = gpus.node_id
       WHERE uuid LIKE '%4d:00.0' GROUP BY 1, 2 ORDER BY 1`,
    );
    expect(rows).toEqual([
      { name: 'bus-a', uuid: hostGpuName({ clusterId: 'default', nodeName: 'bus-a' }, place), watts: [100] },
      {
        ...{ name: 'bus-b', uuid: hostGpuName({ clusterId: 'default', nodeName: 'bus-b' }, place) },
        watts: [150, 200],
      },
    ]);
  });

  it('of a GPU that was registered by its place alone go on under its id: the name is mended', async () => {
    const metrics: TestMetric[] = [
      { name: 'hw.power', unit: 'W', value: 1, at: at(18), labels: { ...gpu, 'hw.id': 'GPU-renamed' } },
    ];
    await send('/v1/metrics', encodeOtlp('ExportMetrics', metricsDocument(node, metrics)));
    const uuids = async () =>
      (await database.db.query<{ uuid: string }>("SELECT uuid FROM gpus WHERE uuid LIKE '%renamed'")).rows;
    await database.db.query("UPDATE gpus SET uuid = 'PCI-renamed' WHERE uuid = 'GPU-renamed'");
    await database.db.query(
      await readFile(
        `${import.meta.dirname}/../../platform/database/migrations/0210-host-gpu-names.sql`,
        'utf8',
      ),
    );
    const place = { clusterId: 'prod', nodeName: 'otlp-node' };
    expect(await uuids()).toEqual([{ uuid: hostGpuName(place, 'PCI-renamed') }]);
  });

  it('sent again with the same Idempotency-Key count once', async () => {
    const bytes = encodeOtlp('ExportMetrics', metricsDocument(node, hardware(at(16))));
    const before = await counted('otlp_metrics');
    for (let time = 0; time < 2; time += 1)
      expect((await send('/v1/metrics', bytes, { headers: { 'idempotency-key': 'once' } })).statusCode).toBe(
        200,
      );
    expect(await recordsAt(at(16))).toHaveLength(1);
    expect(await counted('otlp_metrics')).toBe(before + hardware(at(16)).length);
  });
});

describe('bad input', () => {
  const status = (answer: { rawPayload: Buffer }) => decodeAnswer('Status', answer.rawPayload);

  it('an empty request succeeds', async () => {
    expect((await send('/v1/metrics', Buffer.alloc(0))).statusCode).toBe(200);
    expect((await send('/v1/metrics', '{}', { type: 'application/json' })).json()).toEqual({});
  });

  it('broken protobuf at any byte is 400 with google.rpc.Status in protobuf, or stores only what was whole', async () => {
    const bytes = encodeOtlp('ExportMetrics', metricsDocument(node, hardware(at(20))));
    const answer = await send('/v1/metrics', bytes.subarray(0, bytes.length - 3));
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([400, 'application/x-protobuf']);
    expect(status(answer)).toMatchObject({ code: 3 });
    expect(await recordsAt(at(20))).toEqual([]);
    for (let length = 1; length < bytes.length; length += 37)
      expect((await send('/v1/metrics', bytes.subarray(0, length))).statusCode).toBeLessThan(500);
  });

  it('malformed JSON, and JSON that nests too deep, is 400 with google.rpc.Status in JSON', async () => {
    for (const payload of ['{"resourceMetrics":', '['.repeat(5000)]) {
      const answer = await send('/v1/metrics', payload, { type: 'application/json' });
      expect([answer.statusCode, answer.json()]).toMatchObject([400, { code: 3 }]);
    }
  });

  it('a gzip bomb is 413 before it is unpacked, and what is no gzip is 400', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    const headers = { 'content-encoding': 'gzip' };
    expect((await send('/v1/metrics', bomb, { headers })).statusCode).toBe(413);
    expect((await send('/v1/metrics', Buffer.from('no gzip'), { headers })).statusCode).toBe(400);
    expect((await send('/v1/metrics', bomb, { headers: { 'content-encoding': 'br' } })).statusCode).toBe(415);
  });

  it('an export of more points than one may bring is 413, before any memory is spent on them', async () => {
    // Tag and length of an empty point, 30 million times: gauge (5) in metric (2) in scope (2) in resource (1).
    let bytes: Buffer = Buffer.alloc(60_000_000, Buffer.from([0x0a, 0x00]));
    for (const tag of [0x2a, 0x12, 0x12, 0x0a]) bytes = lengthDelimited(tag, bytes);
    const answer = await send('/v1/metrics', bytes);
    expect([answer.statusCode, status(answer)]).toMatchObject([
      413,
      { message: expect.stringContaining(`${maxItemsPerExport} points`) as string },
    ]);
    const logs = lengthDelimited(
      0x0a,
      lengthDelimited(0x12, Buffer.alloc(3_000_000, Buffer.from([0x12, 0]))),
    );
    expect((await send('/v1/logs', logs)).statusCode).toBe(413);
  });

  it('an export in JSON of more values than one may have is 413 before it is parsed', async () => {
    // Not even well-formed: had it been parsed, this would be 400.
    const payload = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"gauge":{"dataPoints":[${'{},'.repeat(maxJsonValues)}`;
    const answer = await send('/v1/metrics', payload, { type: 'application/json' });
    expect(answer.statusCode).toBe(413);
    const points = '{},'.repeat(maxItemsPerExport);
    const gauge = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"gauge":{"dataPoints":[${points}{}]}}]}]}]}`;
    expect((await send('/v1/metrics', gauge, { type: 'application/json' })).statusCode).toBe(413);
    // Commas within texts are no values.
    const text = JSON.stringify({ x: `,"\\`.repeat(maxJsonValues) });
    expect((await send('/v1/metrics', text, { type: 'application/json' })).statusCode).toBe(200);
  });

  it('attributes that are remembered are bounded, and points behind the bound are read all the same', () => {
    const { sink, collected } = collectPoints(createRejections(), now.getTime());
    sink.resource(new Map());
    sink.metric('hw.power', 'W', 'gauge', maxKnownPoints + 3);
    let asked = 0;
    const labelled = (key: string): void =>
      sink.point(key, () => ((asked += 1), new Map(Object.entries(gpu))), at(30).getTime(), 1);
    for (const key of ['0', '0']) labelled(key);
    expect(asked).toBe(1);
    for (let key = 1; key <= maxKnownPoints; key += 1) labelled(String(key));
    labelled('0');
    expect(asked).toBe(maxKnownPoints + 2);
    expect(collected.slots).toMatchObject([{ points: maxKnownPoints + 3 }]);
  });

  it('who may not is told so in OTLP’s form', async () => {
    const bytes = encodeOtlp('ExportMetrics', metricsDocument(node, hardware(at(21))));
    expect(status(await send('/v1/metrics', bytes, { token: 'nobody' }))).toMatchObject({ code: 16 });
    const refused = await send('/v1/metrics', bytes, { token: viewer });
    expect([refused.statusCode, status(refused)]).toMatchObject([403, { code: 7 }]);
    expect((await send('/v1/metrics', 'a=b', { type: 'text/plain' })).statusCode).toBe(415);
  });

  it('a million labels cost no more than their bytes', async () => {
    const labels = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`l${index}`, 'x']));
    const document = metricsDocument({ ...node, ...labels }, [
      { name: 'hw.power', unit: 'W', value: 1, at: at(22), labels: { ...labels, ...gpu } },
    ]);
    expect((await send('/v1/metrics', encodeOtlp('ExportMetrics', document))).statusCode).toBe(200);
  });
});
