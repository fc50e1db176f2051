import { describe, expect, it } from 'vitest';
import { overallStatus, reportHealth } from './health.ts';

describe('health', () => {
  it('is unhealthy only when something critical is, and degraded when anything else is', () => {
    expect(overallStatus([{ critical: true, status: 'healthy' }])).toBe('healthy');
    expect(overallStatus([{ critical: false, status: 'unhealthy' }])).toBe('degraded');
    expect(overallStatus([{ critical: true, status: 'degraded' }])).toBe('degraded');
    expect(
      overallStatus([
        { critical: true, status: 'unhealthy' },
        { critical: false, status: 'healthy' },
      ]),
    ).toBe('unhealthy');
  });

  it('reports a probe that throws as unhealthy without telling why', async () => {
    const report = await reportHealth([
      { name: 'broken', critical: true, check: () => Promise.reject(new Error('password=hunter2')) },
    ]);
    expect(report.status).toBe('unhealthy');
    expect(JSON.stringify(report)).not.toContain('hunter2');
  });
});
