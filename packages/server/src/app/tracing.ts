import { startTracing, type Tracing } from '../platform/observability/tracing/index.ts';
import type { AppOptions } from './options.ts';

/** The server's own traces and metrics, where OTLP_ENDPOINT says that somebody wants them. */
export const buildTracing = ({ config, version, clock, log, newId }: AppOptions): Promise<Tracing> =>
  startTracing({
    endpoint: config.telemetry.otlpEndpoint,
    headers: config.telemetry.otlpHeaders,
    sampleRatio: config.telemetry.traceSampleRatio,
    trustedProxies: config.http.trustedProxies,
    version,
    instanceId: newId(),
    clock,
    random: Math.random,
    log,
  });

/** The same options; what the databases do becomes spans. Without tracing they are the very same databases. */
export const traced = (options: AppOptions, tracing: Tracing): AppOptions => ({
  ...options,
  db: tracing.database(options.db),
  workDb: tracing.database(options.workDb),
  auditDb: tracing.batches(options.auditDb, 'audit commit'),
});
