import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';
import type { Secret } from '../../secrets/index.ts';
import { noTracing } from './no-tracing.ts';
import type { Tracing } from './types.ts';

export interface TracingOptions {
  /** `OTLP_ENDPOINT`; undefined: nothing is traced, and OpenTelemetry's SDK is not even read. */
  readonly endpoint: string | undefined;
  /** Sent with every export, such as `authorization`. */
  readonly headers: Readonly<Record<string, Secret>>;
  /** From 0 to 1. */
  readonly sampleRatio: number;
  /** Addresses and CIDR networks whose `traceparent` is continued. */
  readonly trustedProxies: readonly string[];
  readonly version: string;
  /** Tells this process from its replicas. */
  readonly instanceId: string;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly log: Logger;
}

/** The server's own traces and metrics. Does not wait for the Collector, which may be away. */
export const startTracing = async (options: TracingOptions): Promise<Tracing> => {
  if (options.endpoint === undefined) return noTracing;
  const { startSdk } = await import('./sdk.ts');
  return startSdk(options, options.endpoint);
};
