import { HealthDetails } from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { reportHealth, type HealthProbe } from '../health.ts';

export interface GetHealthDetailsDeps {
  readonly clock: Clock;
  readonly version: string;
  readonly startedAtMs: number;
  readonly probes: readonly HealthProbe[];
}

/** GET /health/details: what works and what doesn't, sensors included, for whoever may know. */
export const getHealthDetails = ({ clock, version, startedAtMs, probes }: GetHealthDetailsDeps) =>
  defineRoute({
    method: 'GET',
    path: '/health/details',
    operationId: 'getHealthDetails',
    summary: 'What works, what does not, and which sensors are connected',
    tag: 'System',
    access: { scope: 'health:read' },
    audit: { when: 'with', action: 'health.read' },
    effect: 'read',
    schema: { responses: { 200: HealthDetails } },
    handler: async () => {
      const { status, checks } = await reportHealth(probes);
      return ok({
        status,
        version,
        uptime_seconds: Math.floor((clock.monotonicMs() - startedAtMs) / 1000),
        timestamp: new Date(clock.nowMs()).toISOString(),
        checks,
      });
    },
  });
