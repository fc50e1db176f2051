import { createServer } from 'node:net';
import { Metadata } from '@grpc/grpc-js';
import { OTLPMetricExporter as GrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as HttpExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAll, logIn, type Client } from '../support/client.ts';
import { makeDataDir, removeDataDir, startServer, type RunningServer } from '../support/gpushield-server.ts';
import { freePort } from '../support/free-port.ts';

let dataDir = '';
let server: RunningServer;
let admin: Client;
let grpcPort = 0;

beforeAll(async () => {
  grpcPort = await freePort(createServer);
  dataDir = await makeDataDir();
  server = await startServer(dataDir, { GPUSHIELD_OTLP_GRPC_PORT: String(grpcPort) });
  admin = await logIn(server.url);
});
afterAll(async () => {
  await server.stop();
  await removeDataDir(dataDir);
});

/** What a program with OpenTelemetry's SDK does: instruments, a reader, an exporter. */
const exportOnce = async (exporter: PushMetricExporter, uuid: string): Promise<void> => {
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'host.name': 'sdk-node' }),
    readers: [reader],
  });
  const meter = provider.getMeter('gpu');
  const labels = { 'hw.id': uuid, 'hw.type': 'gpu', 'hw.vendor': 'nvidia', 'hw.model': 'H100' };
  meter.createGauge('hw.gpu.utilization', { unit: '1' }).record(0.5, labels);
  meter.createGauge('hw.power', { unit: 'W' }).record(321, labels);
  meter.createCounter('hw.errors', { unit: '{error}' }).add(7, { ...labels, 'error.type': 'corrected' });
  // Collects and exports once more before it ends: here, for the first time.
  await provider.shutdown();
};

const metricsOf = async (uuid: string): Promise<unknown> => {
  const gpus = await listAll(admin, '/api/v1/gpus').catch(() => []);
  const gpu = gpus.find((candidate) => candidate['uuid'] === uuid);
  const records = await listAll(admin, `/api/v1/telemetry/records?gpu_id=${String(gpu?.['id'])}`);
  return records.map(({ metrics }) => metrics);
};
const expected = [{ gpu_utilization: 50, power_usage: 321, ecc_corrected: 7 }];

describe('OpenTelemetry’s own exporters, unmodified', () => {
  it('deliver over OTLP/HTTP with protobuf', async () => {
    const uuid = 'GPU-aaaaaaaa-0000-0000-0000-000000000001';
    const headers = { authorization: `Bearer ${admin.token}` };
    await exportOnce(new HttpExporter({ url: `${server.url}/v1/metrics`, headers }), uuid);
    expect(await metricsOf(uuid)).toEqual(expected);
  });

  it('deliver over OTLP/HTTP with JSON', async () => {
    const uuid = 'GPU-aaaaaaaa-0000-0000-0000-000000000003';
    const headers = { authorization: `Bearer ${admin.token}` };
    await exportOnce(new JsonExporter({ url: `${server.url}/v1/metrics`, headers }), uuid);
    expect(await metricsOf(uuid)).toEqual(expected);
  });

  it('deliver over OTLP/gRPC', async () => {
    const uuid = 'GPU-aaaaaaaa-0000-0000-0000-000000000002';
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${admin.token}`);
    await exportOnce(new GrpcExporter({ url: `http://127.0.0.1:${grpcPort}`, metadata }), uuid);
    expect(await metricsOf(uuid)).toEqual(expected);
  });

  it('hear over gRPC who they are not', async () => {
    const exporter = new GrpcExporter({ url: `http://127.0.0.1:${grpcPort}` });
    const result = await new Promise<{ error?: Error }>((resolve) => {
      exporter.export({ resource: resourceFromAttributes({}), scopeMetrics: [] }, resolve);
    });
    expect(result.error?.message).toMatch(/UNAUTHENTICATED|16/);
    await exporter.shutdown();
  });
});
