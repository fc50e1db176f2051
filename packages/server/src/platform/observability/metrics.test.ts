import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from './metrics.ts';

const promtool = '/usr/bin/promtool';

const exercise = (metrics: Metrics): void => {
  metrics.httpRequests.inc({ method: 'GET', route: '/api/v1/nodes/:id', status: '200' });
  metrics.httpRequestDurationSeconds.observe({ method: 'GET', route: '/api/v1/nodes/:id' }, 0.01);
  metrics.authAttempts.inc({ method: 'password', outcome: 'granted' });
  metrics.keyOperations.inc({ operation: 'created' });
  metrics.dbPoolConnections.set({ state: 'idle' }, 2);
  metrics.ingestRecords.inc({ kind: 'telemetry', outcome: 'stored' }, 3);
  metrics.ingestBatchRecords.observe(3);
  metrics.ingestBufferRecords.set(0);
  metrics.errors.inc({ code: 'not_found' });
  metrics.auditEntries.inc({ outcome: 'written' });
};

describe('metrics', () => {
  it('render every name that dashboards and alerts stand on', async () => {
    const metrics = createMetrics();
    exercise(metrics);
    const { body, contentType } = await metrics.render();
    expect(contentType).toContain('text/plain');
    for (const sample of [
      'gpushield_http_requests_total{method="GET",route="/api/v1/nodes/:id",status="200"} 1',
      'gpushield_http_request_duration_seconds_count{method="GET",route="/api/v1/nodes/:id"} 1',
      'gpushield_auth_attempts_total{method="password",outcome="granted"} 1',
      'gpushield_key_operations_total{operation="created"} 1',
      'gpushield_db_pool_connections{state="idle"} 2',
      'gpushield_ingest_records_total{kind="telemetry",outcome="stored"} 3',
      'gpushield_ingest_batch_records_count 1',
      'gpushield_ingest_buffer_records 0',
      'gpushield_errors_total{code="not_found"} 1',
      'gpushield_audit_entries_total{outcome="written"} 1',
    ]) {
      expect(body).toContain(sample);
    }
  });

  it('of two servers in one process stay apart', async () => {
    const [first, second] = [createMetrics(), createMetrics()];
    first.errors.inc({ code: 'not_found' });
    expect((await second.render()).body).not.toContain('gpushield_errors_total{');
  });

  it('read gauges anew before each scrape', async () => {
    let waiting = 0;
    const metrics = createMetrics({
      beforeScrape: ({ dbPoolConnections }) => {
        waiting += 1;
        dbPoolConnections.set({ state: 'waiting' }, waiting);
      },
    });
    await metrics.render();
    expect((await metrics.render()).body).toContain('gpushield_db_pool_connections{state="waiting"} 2');
  });

  it('count processor time as one growing total, however often they are scraped', async () => {
    const metrics = createMetrics();
    const read = async (): Promise<number> =>
      Number(/^process_cpu_seconds_total (\S+)$/m.exec((await metrics.render()).body)?.[1]);
    const first = await read();
    const second = await read();
    expect(second).toBeGreaterThanOrEqual(first);
    expect(second).toBeLessThanOrEqual(process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6);
  });

  // Loudly skipped where Debian's prometheus package is not installed.
  it.skipIf(!existsSync(promtool))('satisfy promtool without a word', async () => {
    const metrics = createMetrics();
    exercise(metrics);
    const { body } = await metrics.render();
    const checked = spawnSync(promtool, ['check', 'metrics'], { input: body, encoding: 'utf8' });
    expect({ status: checked.status, said: checked.stdout + checked.stderr }).toEqual({
      status: 0,
      said: '',
    });
  });
});
