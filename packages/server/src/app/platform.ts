import { randomBytes } from 'node:crypto';
import { sealedUpstreamKeys } from '../domains/inference/index.ts';
import { sealedJobColumns } from '../domains/reservations/index.ts';
import type { Database } from '../platform/database/index.ts';
import { createCursorCodec, type CursorCodec } from '../platform/http/cursor.ts';
import { createStreamSlots, type StreamSlots } from '../platform/http/stream-slots.ts';
import { createSweeper, type Sweeper } from '../platform/idempotency/index.ts';
import {
  createArgon2Pool,
  createIdentity,
  defaultAgentScopes,
  sealedAgentSecrets,
  type Argon2Pool,
  type Identity,
} from '../platform/identity/index.ts';
import {
  createLeases,
  createScheduler,
  type PeriodicTask,
  type Scheduler,
} from '../platform/leases/index.ts';
import { createLimits, type Limits } from '../platform/limits/index.ts';
import { createMetrics, type Metrics } from '../platform/observability/metrics.ts';
import type { Tracer } from '../platform/observability/tracing/index.ts';
import { listQueueNames, pruneArchive } from '../platform/queue/index.ts';
import type { OutboundClient } from '../platform/outbound/index.ts';
import {
  createResealer,
  createSealer,
  deriveKey,
  type KeyedSealer,
  type SealedColumn,
} from '../platform/secrets/index.ts';
import { sealedWebhookSecrets, type Webhooks } from '../platform/webhooks/index.ts';
import { buildAudit, type AuditParts } from './audit.ts';
import { buildOutbound, buildQueue, buildWebhooks, type QueueParts } from './messaging.ts';
import type { AppOptions } from './options.ts';

/** What every domain stands on, made once. */
export interface Platform {
  readonly cursors: CursorCodec;
  readonly limits: Limits;
  readonly audit: AuditParts;
  readonly identity: Identity;
  readonly argon2: Argon2Pool;
  readonly metrics: Metrics;
  readonly sweeper: Sweeper;
  readonly sealer: KeyedSealer;
  readonly outbound: OutboundClient;
  readonly queue: QueueParts;
  readonly webhooks: Webhooks;
  /** Periodic work of the platform's own; domains bring theirs. */
  readonly makeScheduler: (furtherTasks: readonly PeriodicTask[]) => Scheduler;
  /** Places for long-lived answers. */
  readonly streams: StreamSlots;
}

/** Every column that holds sealed values: what the check of keys and their rotation walk over. */
export const sealedColumns: readonly SealedColumn[] = [
  sealedWebhookSecrets,
  sealedAgentSecrets,
  sealedUpstreamKeys,
  ...sealedJobColumns,
];

const hourMs = 3_600_000;
/** What was done stays to be looked at for a week; dead letters stay until somebody decides. */
const archiveDays = 7;
const prunedRows = 50_000;

const metricsFor = (db: Database): Metrics =>
  createMetrics({
    beforeScrape: (metrics) => {
      const { total, idle, waiting } = db.stats();
      metrics.dbPoolConnections.set({ state: 'idle' }, idle);
      metrics.dbPoolConnections.set({ state: 'busy' }, total - idle);
      metrics.dbPoolConnections.set({ state: 'waiting' }, waiting);
    },
  });

const buildIdentity = ({ config, db, log, clock, newId }: AppOptions, sealer: KeyedSealer): Identity =>
  createIdentity({
    db,
    clock,
    log,
    newId,
    signingKey: config.keys.accessToken,
    clientSigningKey: deriveKey(config.secrets.oauth2, 'client-token-v1'),
    scopedSigningKey: config.keys.scopedToken,
    // Without Redis, what a token spent is known to this process alone.
    scopedIssuedSinceMs: config.redisUrl === undefined ? clock.nowMs() : undefined,
    anonymousAllowed: !config.identity.requireAuth,
    agents: {
      sealer,
      configured: config.identity.agentKeys,
      requireTimestamp: config.identity.requireSignedTimestamp,
      scopes: defaultAgentScopes,
    },
  });

const buildLimits = ({ config, clock, log, newId }: AppOptions): Limits =>
  createLimits({
    clock,
    log,
    newId,
    random: Math.random,
    redisUrl: config.redisUrl?.reveal(),
    replicas: config.limits.replicas,
    blockRule: config.limits.blockRule,
    neverBlocked: config.limits.neverBlocked,
  });

const buildScheduler = (
  options: AppOptions,
  sealer: KeyedSealer,
  furtherTasks: readonly PeriodicTask[],
): Scheduler => {
  const { config, db, log, clock } = options;
  const now = (): Date => new Date(clock.nowMs());
  const resealer = createResealer({ db, sealer, columns: sealedColumns, log, now });
  const tasks: readonly PeriodicTask[] = [
    {
      name: 'reseal',
      intervalMs: hourMs,
      run: async (signal) => {
        await resealer.run(signal);
      },
    },
    {
      name: 'prune-queue-archives',
      intervalMs: hourMs,
      run: async () => {
        for (const queue of await listQueueNames(db)) await pruneArchive(db, queue, archiveDays, prunedRows);
      },
    },
    ...furtherTasks,
  ];
  return createScheduler({
    db,
    log,
    random: Math.random,
    leases: createLeases(options),
    tasks: config.roles.includes('worker') ? tasks : [],
  });
};

export const buildPlatform = (options: AppOptions, tracer: Tracer): Platform => {
  const { config, db, log, clock } = options;
  const metrics = metricsFor(db);
  const sealer = createSealer(config.sealing);
  const outbound = buildOutbound(options, metrics);
  const queue = buildQueue(options, metrics, tracer);
  const audit = buildAudit(options, metrics, outbound);
  return {
    cursors: createCursorCodec(config.keys.cursor),
    limits: buildLimits(options),
    audit,
    identity: buildIdentity(options, sealer),
    argon2: createArgon2Pool({ parameters: config.identity.argon2, clock }),
    metrics,
    sweeper: createSweeper({ db, log }),
    sealer,
    outbound,
    queue,
    webhooks: buildWebhooks({ ...options, randomBytes, outbound, queue, sealer, metrics }),
    makeScheduler: (tasks) => buildScheduler(options, sealer, [...audit.tasks, ...tasks]),
    streams: createStreamSlots(),
  };
};
