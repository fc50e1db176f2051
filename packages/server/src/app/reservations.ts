import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { AccountsPort } from '../domains/accounts/index.ts';
import {
  createKubernetesRuntime,
  createLocalRuntime,
  createReservationsDomain,
  type JobEnding,
  type Runtime,
} from '../domains/reservations/index.ts';
import type { ScoringPort } from '../domains/scoring/index.ts';
import type { LedgerPort } from '../domains/usage/index.ts';
import type { Audit } from '../platform/audit/index.ts';
import type { AppOptions } from './options.ts';
import type { Platform } from './platform.ts';

const runtimeOf = ({ config, clock, log }: AppOptions): Runtime | undefined => {
  const { runtime, directory, sshAddress } = config.reservations;
  if (runtime === 'off') return undefined;
  if (runtime === 'kubernetes')
    return createKubernetesRuntime({ settings: config.reservations.kubernetes, clock, log });
  return createLocalRuntime({
    root: directory ?? join(config.dataDir, 'jobs'),
    sshAddress,
    // The data directory has the secrets and the database, the start directory the .env file.
    ownDirectories: [config.dataDir, process.cwd()],
    clock,
    log,
  });
};

/** What ends by nobody's request is in the audit trail all the same. */
const endingsIn =
  (audit: Audit, newId: () => string) =>
  ({ jobId, userId, username, reason }: JobEnding): Promise<void> =>
    audit.record({
      correlationId: newId(),
      principalId: 'system',
      principalKind: 'system',
      principalName: 'reservations',
      action: 'job.cancel',
      resource: `job:${jobId}`,
      granted: true,
      reason: 'ok',
      ipAddress: null,
      userAgent: null,
      details: { why: reason, user_id: userId, username },
    });

/** Jobs and disks, on the runtime that the configuration names; undefined when there is none. */
export const buildReservations = (
  options: AppOptions,
  { queue, sealer, outbound, identity, audit }: Platform,
  {
    ledger,
    scoring,
    accounts,
  }: {
    readonly ledger: LedgerPort;
    readonly scoring: ScoringPort;
    readonly accounts: Pick<AccountsPort, 'isShutOut'>;
  },
) => {
  const runtime = runtimeOf(options);
  if (runtime === undefined) return undefined;
  const { config } = options;
  const { limits, githubUrl, githubAllowPrivate } = config.reservations;
  return createReservationsDomain({
    ...options,
    newJobId: randomUUID,
    randomBytes,
    sender: queue.sender,
    makeWorker: (work) => queue.makeWorker(work),
    sealer,
    outbound,
    runtime,
    limits,
    queueName: config.queue.reservationsName,
    githubUrl,
    githubAllowPrivate,
    process: config.roles.includes('worker'),
    owners: { isShutOut: accounts.isShutOut, onChange: identity.onUserChange },
    recordEnding: endingsIn(audit.writer, options.newId),
    riskOf: (db, jobId) => scoring.riskOfJob(db, jobId),
    tieProcesses: scoring.tieProcesses,
    recordUsage: (tx, use) =>
      ledger.recordIn(tx, {
        id: use.jobId,
        atMs: use.endedAt.getTime(),
        principalId: use.userId,
        kind: 'reservation',
        subject: use.gpuType,
        operation: 'hold',
        provider: null,
        credentialId: use.jobId,
        outcome: 'ok',
        promptTokens: 0,
        completionTokens: 0,
        gpuSeconds: use.gpuSeconds,
        cost: 0,
        durationMs: use.endedAt.getTime() - use.startedAt.getTime(),
        correlationId: use.jobId,
      }),
  });
};
