import { describe, expect, it } from 'vitest';
import { textAt } from '../support/client.ts';
import { hasCurl, runCurl } from '../support/curl.ts';
import { oneServer } from '../support/one-server.ts';
import {
  addGpuExample,
  ingestTelemetryExample,
  queryAlertsExample,
  registerNodeExample,
  seedAddress,
} from './seed-examples.ts';

const running = oneServer();
const here = (example: string, ids: Readonly<Record<string, string>> = {}): string =>
  Object.entries(ids).reduce(
    (text, [name, id]) => text.replaceAll(`{${name}}`, id),
    example.replace(seedAddress, running.url),
  );

describe.skipIf(!hasCurl())("the seed's curl examples, as they stand plus the credential", () => {
  it('register a node, add its GPU, ingest a record of it and query alerts', async () => {
    const { token } = running.admin;
    const node = await runCurl(here(registerNodeExample), token);
    expect(node).toMatchObject({ status: 201, body: { name: 'gpu-node-01', cluster_id: 'prod-cluster' } });
    const nodeId = textAt(node.body, 'id');

    const gpu = await runCurl(here(addGpuExample, { node_id: nodeId }), token);
    expect(gpu).toMatchObject({
      status: 201,
      body: { node_id: nodeId, vendor: 'nvidia', memory_total: 81_920 },
    });
    const gpuId = textAt(gpu.body, 'id');

    const sensor = await running.admin.send('POST', '/api/v1/sensors', {
      name: 's',
      node_id: nodeId,
      version: '1.0.0',
    });
    expect(sensor.status).toBe(201);
    const ids = { gpu_id: gpuId, sensor_id: textAt(sensor.json(), 'id') };
    const record = await runCurl(here(ingestTelemetryExample, ids), token);
    expect(record).toMatchObject({
      status: 201,
      body: { gpu_id: gpuId, timestamp: '2024-01-01T12:00:00.000Z' },
    });

    const stored = await running.admin.send('GET', `/api/v1/telemetry/records?gpu_id=${gpuId}`);
    expect(stored.json()).toMatchObject({
      data: [
        { metrics: { gpu_utilization: 85.5, memory_utilization: 70.2, temperature: 78, power_usage: 250 } },
      ],
      pagination: { cursor: null, has_more: false },
    });

    const alerts = await runCurl(here(queryAlertsExample), token);
    expect(alerts).toMatchObject({ status: 200, body: { data: [], pagination: { has_more: false } } });
  });

  it('are refused with 401 and a way in when the credential is missing', async () => {
    const answer = await runCurl(here(registerNodeExample), undefined);
    expect(answer).toMatchObject({ status: 401, body: { code: 'not_authenticated' } });
  });
});
