import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import {
  createAuditTrail,
  createAuditWriter,
  createFileSink,
  createRetentionTask,
  createSiemSink,
  createSyslogSink,
  signerFor,
  type AuditSigner,
  type AuditSink,
  type AuditTrail,
  type AuditWriter,
} from '../platform/audit/index.ts';
import type { PeriodicTask } from '../platform/leases/index.ts';
import type { Metrics } from '../platform/observability/metrics.ts';
import type { OutboundClient } from '../platform/outbound/index.ts';
import type { AppOptions } from './options.ts';

/** The audit trail with all that becomes of its entries. */
export interface AuditParts {
  readonly writer: AuditWriter;
  readonly trail: AuditTrail;
  readonly signer: AuditSigner;
  /** Retention, where the operator set one. */
  readonly tasks: readonly PeriodicTask[];
}

/** One replica at a time serves a sink, and it is a worker; checkpoints are each process's own. */
const sinksOf = ({ config }: AppOptions, client: OutboundClient): readonly AuditSink[] => {
  if (!config.roles.includes('worker')) return [];
  const { file, siem, syslog } = config.audit;
  return [
    ...(file === undefined ? [] : [createFileSink({ path: file })]),
    ...(siem === undefined ? [] : [createSiemSink({ ...siem, client })]),
    ...(syslog === undefined
      ? []
      : [
          createSyslogSink({
            target: syslog,
            hostname: hostname(),
            ca: syslog.caFile === undefined ? undefined : readFileSync(syslog.caFile, 'utf8'),
          }),
        ]),
  ];
};

const retentionOf = (
  { config, db, clock, newId, log }: AppOptions,
  parts: Omit<AuditParts, 'tasks'>,
): readonly PeriodicTask[] => {
  const { retentionDays } = config.audit;
  if (retentionDays === undefined) return [];
  const { writer, trail, signer } = parts;
  const keys = new Map([[signer.keyId, signer.publicKey]]);
  const common = { db, clock, newId, log };
  return [
    createRetentionTask({ ...common, audit: writer, signer, keys, retentionDays, sinks: trail.sinkNames }),
  ];
};

export const buildAudit = (options: AppOptions, metrics: Metrics, outbound: OutboundClient): AuditParts => {
  const { config, db, auditDb, log, clock, newId } = options;
  const signer = signerFor({
    pem: config.audit.signingKey,
    file: config.audit.signingKeyFile,
    seed: config.keys.auditSigning,
  });
  const writer: AuditWriter = createAuditWriter({
    db: auditDb,
    clock,
    newId,
    digestKey: config.keys.auditDigest,
    log,
    onEntries: (outcome, entries) => {
      metrics.auditEntries.inc({ outcome }, entries);
      if (outcome === 'written') trail.noteWritten(entries);
    },
  });
  const trail: AuditTrail = createAuditTrail({
    db,
    writer,
    signer,
    sinks: sinksOf(options, outbound),
    checkpointFile: config.audit.checkpointFile,
    clock,
    newId,
    random: Math.random,
    log,
    registry: metrics.registry,
  });
  const parts = { writer, trail, signer };
  return { ...parts, tasks: retentionOf(options, parts) };
};
