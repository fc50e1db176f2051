import { randomBytes } from 'node:crypto';
import { Counter } from 'prom-client';
import { createAccountsDomain } from '../domains/accounts/index.ts';
import { createAlertsDomain, type AlertsDomainDeps } from '../domains/alerts/index.ts';
import { createAuditDomain } from '../domains/audit/index.ts';
import { createDetectionDomain } from '../domains/detection/index.ts';
import { createEvidenceDomain } from '../domains/evidence/index.ts';
import { createFirewallDomain } from '../domains/firewall/index.ts';
import { createFleetDomain } from '../domains/fleet/index.ts';
import { createLimitsDomain } from '../domains/limits/index.ts';
import { createForwarder, createOtlpDomain } from '../domains/otlp/index.ts';
import { createQueuesDomain } from '../domains/queues/index.ts';
import { createScoringDomain } from '../domains/scoring/index.ts';
import { createSystemDomain } from '../domains/system/index.ts';
import { createTelemetryDomain, type TelemetryDomainDeps } from '../domains/telemetry/index.ts';
import { createUsageDomain } from '../domains/usage/index.ts';
import { createWebhooksDomain } from '../domains/webhooks/index.ts';
import type { Route } from '../platform/http/route.ts';
import type { PeriodicTask } from '../platform/leases/index.ts';
import type { Metrics } from '../platform/observability/metrics.ts';
import { buildInference } from './inference.ts';
import type { AppOptions } from './options.ts';
import { openForwarding } from './otlp-forwarding.ts';
import type { Platform } from './platform.ts';
import { healthPingMs, probesOf } from './probes.ts';

export interface Domains {
  readonly routes: readonly Route[];
  /** In the order in which they start; they stop in the opposite one. */
  readonly running: readonly { start(): Promise<void>; stop(): Promise<void> }[];
  /** Periodic work that runs once in a cluster. */
  readonly tasks: readonly PeriodicTask[];
}

const hourMs = 3_600_000;

const countIngest = (metrics: Metrics): Pick<TelemetryDomainDeps, 'onBatch' | 'onRecords'> => ({
  onBatch: ({ rows }) => {
    metrics.ingestBatchRecords.observe(rows);
  },
  onRecords: (kind, outcome, records) => {
    metrics.ingestRecords.inc({ kind, outcome }, records);
  },
});

const buildAccounts = (options: AppOptions, platform: Platform) =>
  createAccountsDomain({
    ...options,
    randomBytes,
    cursors: platform.cursors,
    limiter: platform.limits.limiter,
    argon2: platform.argon2,
    identity: platform.identity,
    apiKeyTtlHours: options.config.identity.apiKeyTtlMs / hourMs,
    onAuthAttempt: (method, outcome) => {
      platform.metrics.authAttempts.inc({ method, outcome });
    },
    onKeyOperation: (operation) => {
      platform.metrics.keyOperations.inc({ operation });
    },
  });

/** Where what comes in by OTLP goes on to; undefined without OTLP_ENDPOINT. */
const buildForwarding = ({ config, log }: AppOptions, { outbound, metrics }: Platform) => {
  const { otlpEndpoint, otlpHeaders } = config.telemetry;
  if (otlpEndpoint === undefined) return undefined;
  const { send, close } = openForwarding(otlpEndpoint, otlpHeaders, outbound);
  const forwarder = createForwarder({
    send,
    log,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    onForward: (signal, outcome) => {
      metrics.ingestRecords.inc({ kind: `otlp_${signal}`, outcome: `forward_${outcome}` });
    },
  });
  return {
    forwarder,
    start: () => Promise.resolve(),
    stop: async () => {
      await forwarder.close();
      close();
    },
  };
};

/** Where alerts go besides the inbox, and how long they stay in it. */
const alertChannels = (
  { config }: AppOptions,
  { webhooks, queue, outbound, streams, metrics }: Platform,
): Pick<AlertsDomainDeps, 'webhooks' | 'streams' | 'alertmanager' | 'retentionDays' | 'quietMs'> => {
  const { retentionDays, quietMs, alertmanager } = config.alerts;
  const common = { webhooks, streams, retentionDays, quietMs };
  if (alertmanager === undefined) return common;
  const sent = new Counter({
    name: 'gpushield_alertmanager_alerts_total',
    help: 'Alerts that Alertmanagers were told of, by outcome (succeeded, failed).',
    labelNames: ['outcome'] as const,
    registers: [metrics.registry],
  });
  return {
    ...common,
    alertmanager: {
      ...alertmanager,
      queue: queue.sender,
      makeWorker: (options) => queue.makeWorker(options),
      outbound,
      onSent: (outcome, alerts) => {
        sent.inc({ outcome }, alerts);
      },
    },
  };
};

/** Every domain, wired to the others through their ports. */
export const buildDomains = (options: AppOptions, platform: Platform): Domains => {
  const { config, db, clock, version } = options;
  const { retentionDays, batchSize, minutesRetentionDays, hoursRetentionDays } = config.telemetry;
  const { cursors, audit, metrics, limits, webhooks } = platform;
  const common = { ...options, cursors };
  const accounts = buildAccounts(options, platform);
  const fleet = createFleetDomain(common);
  const alerts = createAlertsDomain({
    ...common,
    ...alertChannels(options, platform),
    userExists: async (_db, username) => (await accounts.port.findActiveUser(username)) !== undefined,
    fleet: fleet.port,
  });
  const detection = createDetectionDomain({
    ...common,
    alerts: alerts.port,
    threshold: config.telemetry.anomalyThreshold,
  });
  const telemetry = createTelemetryDomain({
    ...common,
    fleet: fleet.port,
    ...{ minutesRetentionDays, hoursRetentionDays, rollsUp: config.roles.includes('worker') },
    retentionDays,
    batchSize,
    judge: detection.judge,
    ...countIngest(metrics),
  });
  const evidence = createEvidenceDomain({ ...common, fleet: fleet.port, alerts: alerts.port, retentionDays });
  const forwarding = buildForwarding(options, platform);
  const otlp = createOtlpDomain({
    ...common,
    fleet: fleet.port,
    submit: telemetry.port.submit,
    recordEvents: (tx, events, authorizeOwner) =>
      evidence.port.record(tx, events, (node) => authorizeOwner(node.registered_by)),
    forwarder: forwarding?.forwarder,
    onItems: (signal, outcome, items) => {
      metrics.ingestRecords.inc({ kind: `otlp_${signal}`, outcome }, items);
    },
  });
  const { bufferedRows } = telemetry.port;
  const system = createSystemDomain({
    clock,
    version,
    pingDatabase: () => db.ping(healthPingMs),
    probes: probesOf({ db, audit, fleet: fleet.port, bufferedRows, limits }),
    renderMetrics: () => {
      metrics.ingestBufferRecords.set(bufferedRows());
      return metrics.render();
    },
  });
  const trail = createAuditDomain({ cursors, clock, signer: audit.signer });
  const hooks = createWebhooksDomain({ ...common, webhooks });
  const scoring = createScoringDomain({
    ...common,
    randomBytes,
    sealer: platform.sealer,
    fleet: fleet.port,
    alerts: alerts.port,
    webhooks: hooks.port,
    publishEach: webhooks.publishEach,
    configuredAgents: Object.keys(config.identity.agentKeys),
    config: config.scoring,
    onEvents: (outcome, events) => {
      metrics.ingestRecords.inc({ kind: 'event', outcome }, events);
    },
  });
  const operations = [
    createQueuesDomain({ cursors }),
    createLimitsDomain({ blocks: limits.blocks, cursors }),
    hooks,
    scoring,
  ];
  const usage = createUsageDomain(common);
  const firewall = createFirewallDomain({ ...common, alerts: alerts.port });
  const inference = buildInference(options, platform, { firewall: firewall.port, ledger: usage.port });
  // A worker answers for its own health and metrics, and for nothing else.
  const forClients = [
    accounts,
    fleet,
    telemetry,
    otlp,
    evidence,
    alerts,
    trail,
    ...operations,
    usage,
    firewall,
    inference,
  ];
  const served = config.roles.includes('api') ? [system, ...forClients] : [system];
  return {
    routes: served.flatMap(({ routes }) => routes),
    running: [
      ...(forwarding === undefined ? [] : [forwarding]),
      accounts,
      fleet,
      detection,
      telemetry,
      alerts,
      evidence,
      scoring,
      usage,
      firewall,
      inference,
    ],
    tasks: alerts.tasks,
  };
};
