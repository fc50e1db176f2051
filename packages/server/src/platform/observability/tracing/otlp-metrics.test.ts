import { resourceFromAttributes } from '@opentelemetry/resources';
import { DataPointType } from '@opentelemetry/sdk-metrics';
import { describe, expect, it } from 'vitest';
import { createMetrics, type MetricSnapshot } from '../metrics.ts';
import { toOtlpMetrics } from './otlp-metrics.ts';

const convert = (snapshot: readonly MetricSnapshot[]) => {
  const resource = resourceFromAttributes({});
  const data = toOtlpMetrics({ snapshot, resource, version: '1', startedAtMs: 1500, nowMs: 2250 });
  return data.scopeMetrics.flatMap(({ metrics }) => metrics);
};

const named = async (name: string, metrics: ReturnType<typeof createMetrics>) =>
  convert(await metrics.snapshot()).find(({ descriptor }) => descriptor.name === name);

describe('metrics in OpenTelemetry’s form', () => {
  it('keep a counter’s name and labels, as a sum that only grows since the start', async () => {
    const metrics = createMetrics();
    metrics.httpRequests.inc({ method: 'GET', route: '/health', status: '200' }, 3);
    expect(await named('gpushield_http_requests_total', metrics)).toMatchObject({
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
      dataPoints: [
        {
          startTime: [1, 500_000_000],
          endTime: [2, 250_000_000],
          attributes: { method: 'GET', route: '/health', status: '200' },
          value: 3,
        },
      ],
    });
  });

  it('count in each bucket of a histogram what is in it, not what is up to it', async () => {
    const metrics = createMetrics();
    const labels = { method: 'GET', route: '/health' };
    for (const seconds of [0.0005, 0.0005, 0.03, 1000])
      metrics.httpRequestDurationSeconds.observe(labels, seconds);
    const found = await named('gpushield_http_request_duration_seconds', metrics);
    expect(found).toMatchObject({
      descriptor: { unit: 's' },
      dataPoints: [{ attributes: labels, value: { count: 4, sum: 1000.031 } }],
    });
    const [point] = found?.dataPointType === DataPointType.HISTOGRAM ? found.dataPoints : [];
    const { boundaries = [], counts = [] } = point?.value.buckets ?? {};
    expect(boundaries).toEqual(boundaries.toSorted((a, b) => a - b));
    expect(counts).toHaveLength(boundaries.length + 1);
    expect(counts.filter((count) => count > 0)).toEqual([2, 1, 1]);
    expect(counts.at(-1)).toBe(1);
  });

  it('leave nothing of the registry out but series without values', async () => {
    const metrics = createMetrics();
    const snapshot = await metrics.snapshot();
    const withValues = snapshot.filter(({ values }) => values.length > 0).map(({ name }) => name);
    expect(withValues.length).toBeGreaterThan(3);
    expect(convert(snapshot).map(({ descriptor }) => descriptor.name)).toEqual(withValues);
  });

  it('hold no value that is not a number', () => {
    const values = [
      { value: Number.NaN, labels: {} },
      { value: 1, labels: { state: 'idle' } },
    ];
    const [gauge] = convert([{ name: 'g_bytes', help: '', type: 'gauge', values }]);
    expect(gauge).toMatchObject({ descriptor: { unit: 'By' }, dataPoints: [{ value: 1 }] });
    expect(gauge?.dataPoints).toHaveLength(1);
  });
});
