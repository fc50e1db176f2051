import { setTimeout } from 'node:timers/promises';
import type { EvidencePort } from '../domains/evidence/index.ts';
import type { FleetPort } from '../domains/fleet/index.ts';
import { createForwarder, createOtlpDomain, exportsOfRecords, type OtlpDeps } from '../domains/otlp/index.ts';
import type { RecordBatch } from '../domains/telemetry/index.ts';
import type { AppOptions } from './options.ts';
import { openForwarding } from './otlp-forwarding.ts';
import type { Platform } from './platform.ts';

/** Where what comes in by OTLP goes on to; undefined without OTLP_ENDPOINT. */
export const buildForwarding = ({ config, log }: AppOptions, { outbound, metrics }: Platform) => {
  const { otlpEndpoint, otlpHeaders } = config.telemetry;
  if (otlpEndpoint === undefined) return undefined;
  const { send, close } = openForwarding(otlpEndpoint, otlpHeaders, outbound);
  const forwarder = createForwarder({
    send,
    log,
    sleep: (ms, signal) => setTimeout(ms, undefined, { signal }).catch(() => undefined),
    onForward: (signal, outcome) => {
      metrics.ingestRecords.inc({ kind: `otlp_${signal}`, outcome: `forward_${outcome}` });
    },
  });
  return {
    forwarder,
    /** Hands on what came by the REST API. */
    forwardRecords: (batch: RecordBatch) => {
      for (const sent of exportsOfRecords(batch)) forwarder.forward('metrics', sent);
    },
    start: () => Promise.resolve(),
    stop: async () => {
      await forwarder.close();
      close();
    },
  };
};

/** OpenTelemetry's way in, and on to OTLP_ENDPOINT. */
export const buildOtlp = (
  options: AppOptions,
  platform: Platform,
  deps: {
    readonly fleet: FleetPort;
    readonly evidence: EvidencePort;
    readonly submit: OtlpDeps['submit'];
    readonly forwarder: OtlpDeps['forwarder'];
    readonly noteJobs: NonNullable<OtlpDeps['noteJobs']>;
  },
) =>
  createOtlpDomain({
    ...options,
    ...deps,
    recordEvents: (tx, events, authorizeOwner) =>
      deps.evidence.record(tx, events, (node) => authorizeOwner(node.registered_by)),
    onItems: (signal, outcome, items) => {
      platform.metrics.ingestRecords.inc({ kind: `otlp_${signal}`, outcome }, items);
    },
  });
