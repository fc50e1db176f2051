import type { EvidencePort } from '../domains/evidence/index.ts';
import type { FleetPort } from '../domains/fleet/index.ts';
import { createForwarder, createOtlpDomain, type OtlpDeps } from '../domains/otlp/index.ts';
import type { AppOptions } from './options.ts';
import { openForwarding } from './otlp-forwarding.ts';
import type { Platform } from './platform.ts';

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
  deps: { readonly fleet: FleetPort; readonly evidence: EvidencePort; readonly submit: OtlpDeps['submit'] },
) => {
  const forwarding = buildForwarding(options, platform);
  const { routes } = createOtlpDomain({
    ...options,
    ...deps,
    recordEvents: (tx, events, authorizeOwner) =>
      deps.evidence.record(tx, events, (node) => authorizeOwner(node.registered_by)),
    forwarder: forwarding?.forwarder,
    onItems: (signal, outcome, items) => {
      platform.metrics.ingestRecords.inc({ kind: `otlp_${signal}`, outcome }, items);
    },
  });
  const nothing = (): Promise<void> => Promise.resolve();
  return { routes, start: nothing, stop: forwarding?.stop ?? nothing };
};
