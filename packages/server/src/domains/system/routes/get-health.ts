import { Health } from '@gpushield/contracts';
import { defineRoute } from '../../../platform/http/route.ts';
import type { Clock } from '../../../platform/clock.ts';

export interface GetHealthDeps {
  readonly clock: Clock;
  readonly pingDatabase: () => Promise<boolean>;
}

/** GET /health: 200 while requests can be served, 503 otherwise. For load balancers and probes. */
export const getHealth = ({ clock, pingDatabase }: GetHealthDeps) =>
  defineRoute({
    method: 'GET',
    path: '/health',
    operationId: 'getHealth',
    summary: 'Is the service up?',
    tag: 'System',
    access: { public: 'probes carry no credential; the answer names nothing internal' },
    audit: { when: 'none', why: 'probes decide nothing' },
    effect: 'read',
    // Probes of several load balancers and people may share an address; the flood limit of the address still holds.
    cost: 0,
    schema: { responses: { 200: Health, 503: Health } },
    handler: async () => {
      const status = (await pingDatabase()) ? 'healthy' : 'unhealthy';
      return {
        status: status === 'healthy' ? 200 : 503,
        body: { status, database: status, timestamp: new Date(clock.nowMs()).toISOString() },
        headers: { 'cache-control': 'no-store' },
      };
    },
  });
