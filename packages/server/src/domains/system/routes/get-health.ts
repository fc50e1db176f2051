import { Health, type HealthStatus } from '@gpushield/contracts';
import { defineRoute } from '../../../platform/http/route.ts';
import { overallStatus } from '../health.ts';
import type { Clock } from '../../../platform/clock.ts';

export interface GetHealthDeps {
  readonly clock: Clock;
  readonly pingDatabase: () => Promise<boolean>;
  readonly pingQueues: () => Promise<boolean>;
}

const statusOf = (answers: boolean): HealthStatus => (answers ? 'healthy' : 'unhealthy');

/** GET /health: 200 while requests can be served, 503 otherwise. For load balancers and probes. */
export const getHealth = ({ clock, pingDatabase, pingQueues }: GetHealthDeps) =>
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
      const [databaseAnswers, queueAnswers] = await Promise.all([pingDatabase(), pingQueues()]);
      const database = statusOf(databaseAnswers);
      const queue = statusOf(queueAnswers);
      // Without the queue requests are still served: what waits in it is late, not lost.
      const status = overallStatus([
        { critical: true, status: database },
        { critical: false, status: queue },
      ]);
      return {
        status: status === 'unhealthy' ? 503 : 200,
        body: { status, database, queue, timestamp: new Date(clock.nowMs()).toISOString() },
        headers: { 'cache-control': 'no-store' },
      };
    },
  });
