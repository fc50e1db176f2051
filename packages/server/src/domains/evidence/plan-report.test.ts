import { describe, expect, it } from 'vitest';
import type { Finding } from './compare-inventories.ts';
import { maxEventsPerReport, maxSingleAlerts, planReport } from './plan-report.ts';
import { maxEvidenceBytes } from '../alerts/index.ts';

const finding = (name: string, changes: Partial<Finding> = {}): Finding => ({
  kind: 'file',
  name,
  change: 'changed',
  expected: '1'.repeat(64),
  actual: '2'.repeat(64),
  path: name,
  byKernel: false,
  severity: 'high',
  alert: true,
  reason: 'Its contents are not those of the baseline.',
  ...changes,
});
const many = (count: number, changes: Partial<Finding> = {}): Finding[] =>
  Array.from({ length: count }, (_, index) =>
    finding(`/etc/${String(index)}/${'\u0001'.repeat(1000)}`, changes),
  );

describe('a report becomes', () => {
  it('one alert for each grave finding while they are few', () => {
    const plan = planReport(many(maxSingleAlerts), 'n');
    expect(plan.alerts).toHaveLength(maxSingleAlerts);
    expect(new Set(plan.events.map(({ alert }) => alert)).size).toBe(maxSingleAlerts);
  });

  it('one alert that covers all of them when they are many', () => {
    const plan = planReport(many(maxSingleAlerts + 1), 'n');
    expect(plan.alerts).toHaveLength(1);
    expect(plan.alerts[0]?.covers).toHaveLength(maxSingleAlerts + 1);
    expect(plan.events.every(({ alert }) => alert === 0)).toBe(true);
  });

  it('at most 200 events, the gravest first, and one that sums up the others', () => {
    const plan = planReport([...many(500, { severity: 'info', alert: false }), finding('/bin/login')], 'n');
    expect(plan.events).toHaveLength(maxEventsPerReport + 1);
    expect(plan.events[0]?.title).toBe('Watched file /bin/login changed on n');
    expect(plan.events.at(-1)).toMatchObject({ type: 'integrity.many_changes', evidence: { total: 301 } });
  });

  it('one event for all that can no longer be read', () => {
    const plan = planReport(many(300, { change: 'unreadable', severity: 'low', alert: false }), 'n');
    expect(plan.events).toHaveLength(1);
    expect(plan.alerts).toEqual([]);
  });

  it('evidence and titles within their bounds, whatever the names', () => {
    for (const count of [1, 5000]) {
      const plan = planReport(many(count), 'n'.repeat(253));
      for (const { evidence, title } of [...plan.events, ...plan.alerts]) {
        expect(Buffer.byteLength(JSON.stringify(evidence))).toBeLessThan(maxEvidenceBytes - 1024);
        expect(title.length).toBeLessThanOrEqual(200);
      }
    }
  });
});
