import { describe, expect, it } from 'vitest';
import { createCliStage } from '../testing/cli-stage.ts';
import { page } from '../testing/fake-server.ts';
import { sampleNow } from '../testing/samples.ts';

const at = '2026-01-31T12:00:00.000Z';
const gpuId = '0197f000-0000-7000-8000-000000000001';
const alertId = '0197f000-0000-7000-8000-000000000002';
const finding = {
  gpu_id: gpuId,
  gpu_name: 'H100 (0000:01:00.0)',
  node_id: alertId,
  node_name: 'node-7',
  family: 'abuse',
  active: true,
  score: 0.93,
  detectors: ['mining'],
  reasons: [
    {
      detector: 'mining',
      metric: 'power_usage',
      observed: 300,
      expected: null,
      unit: 'W',
      text: 'A plateau',
    },
  ],
  alert_id: alertId,
  first_at: at,
  last_at: at,
};

const stage = createCliStage();

describe('gpushield detection', () => {
  it('lists findings with their reason', async () => {
    stage.server.routes.set('GET /api/v1/detection/findings', ({ query }) =>
      page(query.get('active') === 'true' ? [finding] : []),
    );
    expect((await stage.say('detection', 'findings', '--active')).out).toMatch(
      /node-7 +abuse +goes on +0\.93 .*A plateau/,
    );
  });

  it('explains a GPU that was never judged, and one that was', async () => {
    const quiet = {
      gpu_id: gpuId,
      node_id: alertId,
      judged: false,
      why_not: 'warming up',
      threshold: 0.7,
      detectors_off: [],
      baseline: null,
      latest: null,
      findings: [],
    };
    stage.server.routes.set(`GET /api/v1/detection/gpus/${gpuId}`, () => ({ status: 200, body: quiet }));
    expect((await stage.say('detection', 'explain', gpuId)).out).toMatch(/judged +no: warming up/);
    const loud = {
      ...quiet,
      judged: true,
      why_not: null,
      latest: { timestamp: at, anomaly_score: 0.93, reasons: finding.reasons },
      findings: [finding],
    };
    stage.server.routes.set(`GET /api/v1/detection/gpus/${gpuId}`, () => ({ status: 200, body: loud }));
    expect((await stage.say('detection', 'explain', gpuId)).out).toMatch(
      /why +A plateau\nfindings +abuse, goes on/,
    );
  });

  it('a maintenance window begins now and has an end', async () => {
    let sent: unknown;
    stage.server.routes.set('POST /api/v1/detection/maintenance', ({ body }) => {
      sent = body;
      const made = { id: alertId, target: 'gpu', target_id: gpuId, reason: 'x', starts_at: at, ends_at: at };
      return { status: 201, body: { ...made, created_by: 'ada', created_at: at } };
    });
    const args = ['maintenance', 'start', '--gpu', gpuId, '--for', '2h', '--reason', 'burn-in'];
    expect((await stage.say('detection', ...args)).code).toBe(0);
    expect(sent).toEqual({
      target: 'gpu',
      target_id: gpuId,
      reason: 'burn-in',
      ends_at: new Date(sampleNow + 7_200_000).toISOString(),
    });
  });
});

describe('gpushield simulate', () => {
  it('lists scenarios, and refuses one that is not there before anything is sent', async () => {
    expect((await stage.say('simulate', '--scenarios')).out).toMatch(/mining +attack +cryptomining/);
    const refused = await stage.say('simulate', '--incident', 'minning');
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/no scenario minning/);
  });

  it('registers labelled nodes, sends every record of the past in order, and shows what was raised', async () => {
    const times: string[] = [];
    let labels: unknown;
    stage.server.routes.set('POST /api/v1/nodes', ({ body }) => {
      const { name, labels: given } = body as { name: string; labels: object };
      labels = given;
      const facts = { ip_address: null, kubernetes_version: null, kernel_version: null, architecture: null };
      const node = {
        id: alertId,
        name,
        cluster_id: 'simulated',
        operating_system: 'simulated',
        labels,
        ...facts,
      };
      return {
        status: 201,
        body: {
          ...node,
          status: 'unknown',
          gpu_count: 0,
          sensor_count: 0,
          registered_by: 'ada',
          last_seen_at: null,
          created_at: at,
          updated_at: at,
        },
      };
    });
    stage.server.routes.set(`POST /api/v1/nodes/${alertId}/gpus`, ({ body }) => ({
      status: 201,
      body: {
        ...(body as object),
        id: gpuId,
        node_id: alertId,
        compute_capability: null,
        driver_version: null,
        vbios_version: null,
        created_at: at,
        updated_at: at,
      },
    }));
    stage.server.routes.set('POST /api/v1/telemetry/records/bulk', ({ body }) => {
      const { records } = body as { records: { timestamp: string }[] };
      times.push(...records.map(({ timestamp }) => timestamp));
      return { status: 201, body: {} };
    });
    stage.server.routes.set('POST /api/v1/alerts/query', () => page([]));
    const done = await stage.say(
      'simulate',
      '--nodes',
      '1',
      '--gpus',
      '1',
      '--history',
      '10m',
      '--interval',
      '10s',
    );
    expect(done.err).not.toMatch(/error/i);
    expect(done.code).toBe(0);
    expect(labels).toMatchObject({ simulated: 'true' });
    expect(times).toHaveLength(60);
    expect([...times].sort()).toEqual(times);
    expect(done.out).toMatch(/No alert was raised/);
  });
});
