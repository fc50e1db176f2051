import type { FleetPort } from '../domains/fleet/index.ts';
import type { HealthProbe } from '../domains/system/index.ts';
import type { AuditParts } from './audit.ts';
import type { Limits } from '../platform/limits/index.ts';
import type { Database } from '../platform/database/index.ts';
import { readAllDepths } from '../platform/queue/index.ts';

/** Longer than this, and a load balancer would have given up. */
export const healthPingMs = 1000;

const queueProbe = (workDb: Database): HealthProbe => ({
  name: 'queue',
  critical: false,
  check: async () => {
    const depths = await readAllDepths(workDb);
    const sum = (of: (depth: (typeof depths)[number]) => number): number =>
      depths.reduce((total, depth) => total + of(depth), 0);
    const facts = {
      queues: depths.length,
      messages: sum(({ messages }) => messages),
      dead_letters: sum(({ deadLetters }) => deadLetters),
    };
    return { status: 'healthy', detail: 'answers', facts };
  },
});

/** What `/health/details` asks. */
export const probesOf = (deps: {
  readonly db: Database;
  readonly workDb: Database;
  readonly audit: AuditParts;
  readonly fleet: FleetPort;
  readonly bufferedRows: () => number;
  readonly limits: Pick<Limits, 'check'>;
}): readonly HealthProbe[] => [
  {
    name: 'database',
    critical: true,
    check: async () => {
      const reachable = await deps.db.ping(healthPingMs);
      const { total, idle, waiting, max } = deps.db.stats();
      return {
        status: reachable ? 'healthy' : 'unhealthy',
        detail: reachable ? 'answers' : 'does not answer',
        facts: { connections: total, idle, waiting, max },
      };
    },
  },
  {
    name: 'audit',
    critical: true,
    check: () => {
      const { pending, recorded, failed } = deps.audit.writer.stats();
      return Promise.resolve({
        status: 'healthy',
        detail: 'entries are written',
        facts: { pending, recorded, failed },
      });
    },
  },
  queueProbe(deps.workDb),
  {
    name: 'ingest',
    critical: false,
    check: () =>
      Promise.resolve({
        status: 'healthy',
        detail: 'records are taken',
        facts: { buffered: deps.bufferedRows() },
      }),
  },
  { name: 'limits', critical: false, check: () => deps.limits.check() },
  {
    name: 'sensors',
    critical: false,
    check: async () => {
      const { online, offline, neverSeen } = await deps.fleet.sensorConnectivity(deps.db);
      const detail = offline === 0 ? 'every known sensor reports' : `silent sensors: ${String(offline)}`;
      return {
        status: offline === 0 ? 'healthy' : 'degraded',
        detail,
        facts: { online, offline, never_seen: neverSeen },
      };
    },
  },
  ...deps.audit.trail.probes,
];
