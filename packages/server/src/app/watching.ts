import { Counter } from 'prom-client';
import { createAlertsDomain, type AlertsDomainDeps, type AlertsPort } from '../domains/alerts/index.ts';
import { createDetectionDomain } from '../domains/detection/index.ts';
import { createEvidenceDomain } from '../domains/evidence/index.ts';
import { createFleetDomain, type FleetPort } from '../domains/fleet/index.ts';
import { createGraphqlDomain } from '../domains/graphql/index.ts';
import { createTelemetryDomain, type TelemetryDomainDeps } from '../domains/telemetry/index.ts';
import type { Metrics } from '../platform/observability/metrics.ts';
import { gpusOfReservations } from './gpus-of-reservations.ts';
import { groupOf, type Group } from './group.ts';
import type { AppOptions } from './options.ts';
import { buildForwarding, buildOtlp } from './otlp.ts';
import type { Platform } from './platform.ts';

const countIngest = (metrics: Metrics): Pick<TelemetryDomainDeps, 'onBatch' | 'onRecords'> => ({
  onBatch: ({ rows }) => {
    metrics.ingestBatchRecords.observe(rows);
  },
  onRecords: (kind, outcome, records) => {
    metrics.ingestRecords.inc({ kind, outcome }, records);
  },
});

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
      publicUrl: config.http.publicUrl,
      queue: queue.sender,
      makeWorker: (options) => queue.makeWorker(options),
      outbound,
      onSent: (outcome, alerts) => {
        sent.inc({ outcome }, alerts);
      },
    },
  };
};

const buildTelemetry = (
  options: AppOptions,
  { cursors, metrics }: Platform,
  deps: Pick<TelemetryDomainDeps, 'fleet' | 'judge' | 'onStored'>,
) => {
  const { telemetry } = options.config;
  return createTelemetryDomain({
    ...options,
    ...deps,
    cursors,
    retentionDays: telemetry.retentionDays,
    minutesRetentionDays: telemetry.minutesRetentionDays,
    hoursRetentionDays: telemetry.hoursRetentionDays,
    batchSize: telemetry.batchSize,
    ...countIngest(metrics),
  });
};

/** What watches the fleet: nodes, telemetry, detection, evidence, alerts. */
export interface Watching extends Group {
  readonly fleet: FleetPort;
  readonly alerts: AlertsPort;
  bufferedRows(): number;
}

export const buildWatching = (
  options: AppOptions,
  platform: Platform,
  userExists: AlertsDomainDeps['userExists'],
): Watching => {
  const { anomalyThreshold: threshold, retentionDays } = options.config.telemetry;
  const common = { ...options, cursors: platform.cursors };
  const fleet = createFleetDomain(common);
  const alerts = createAlertsDomain({
    ...common,
    ...alertChannels(options, platform),
    userExists,
    fleet: fleet.port,
  });
  const knownJobs = gpusOfReservations(fleet.port);
  const detection = createDetectionDomain({ ...common, alerts: alerts.port, threshold, knownJobs });
  const forwarding = buildForwarding(options, platform);
  const telemetry = buildTelemetry(options, platform, {
    fleet: fleet.port,
    judge: detection.judge,
    onStored: forwarding?.forwardRecords,
  });
  const evidence = createEvidenceDomain({
    ...common,
    fleet: fleet.port,
    alerts: alerts.port,
    watchXids: detection.watchXids,
    retentionDays,
  });
  const { submit, bufferedRows } = telemetry.port;
  const otlp = buildOtlp(options, platform, {
    fleet: fleet.port,
    evidence: evidence.port,
    submit,
    forwarder: forwarding?.forwarder,
    noteJobs: detection.noteJobs,
  });
  const graphql = createGraphqlDomain({
    ...common,
    streams: platform.streams,
    fleet: fleet.port,
    telemetry: telemetry.port.reader,
    events: evidence.reader,
    alerts: alerts.port,
  });
  return {
    // Started first, so stopped last: it hands on what the others still take.
    ...groupOf([forwarding ?? {}, fleet, detection, telemetry, otlp, alerts, evidence, graphql]),
    fleet: fleet.port,
    alerts: alerts.port,
    bufferedRows,
  };
};
