import type { Clock } from '../../platform/clock.ts';
import type { Route } from '../../platform/http/route.ts';
import type { HealthProbe } from './health.ts';
import { getHealth } from './routes/get-health.ts';
import { getHealthDetails } from './routes/get-health-details.ts';
import { getMetrics } from './routes/get-metrics.ts';
import { getServiceInfo } from './routes/get-service-info.ts';

export type { HealthProbe } from './health.ts';

export interface SystemDeps {
  readonly clock: Clock;
  readonly version: string;
  readonly pingDatabase: () => Promise<boolean>;
  readonly pingQueues: () => Promise<boolean>;
  readonly probes: readonly HealthProbe[];
  readonly renderMetrics: () => Promise<{ readonly contentType: string; readonly body: string }>;
}

/** What the server says of itself: health, metrics and the way in. */
export const createSystemDomain = (deps: SystemDeps): { readonly routes: readonly Route[] } => ({
  routes: [
    getServiceInfo({ version: deps.version }),
    getHealth(deps),
    getHealthDetails({ ...deps, startedAtMs: deps.clock.monotonicMs() }),
    getMetrics({ render: deps.renderMetrics }),
  ],
});
