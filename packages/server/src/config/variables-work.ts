import { headerList } from './header-list.ts';
import { decimal, httpUrl, matching, wholeNumber } from './parsers.ts';
import { redisUrl } from './secret-parsers.ts';
import { defaulted, optional } from './variable.ts';

/** Ten years: longer is a typing error, or should be "unset". */
const retentionMaxDays = 3650;

/** Telemetry, the queue, and the engines beside us. */
export const workVariables = {
  anomalyThreshold: defaulted('ANOMALY_THRESHOLD', '0.7', {
    group: 'Telemetry',
    description: 'Score from 0 to 1 at and above which an observation counts as anomalous.',
    parse: decimal(0, 1),
  }),
  batchSize: defaulted('BATCH_SIZE', '1000', {
    group: 'Telemetry',
    description:
      'Records that one COPY writes at most; what waits is committed by ten of them together. A single request is one COPY in any case.',
    parse: wholeNumber(1, 100_000),
  }),
  otlpEndpoint: optional('OTLP_ENDPOINT', {
    group: 'Telemetry',
    description:
      'OpenTelemetry Collector that the server’s own traces and metrics go to, and what it takes in by OTLP goes on to: OTLP/gRPC, or OTLP/HTTP where the ' +
      'port is 4318 or the URL has a path.',
    example: 'http://localhost:4317',
    whenUnset: 'nothing is handed on',
    parse: httpUrl,
  }),
  otlpGrpcPort: defaulted('GPUSHIELD_OTLP_GRPC_PORT', '4317', {
    group: 'Telemetry',
    description:
      'Port on which OTLP/gRPC is taken in, on the same address as HTTP; 0 for none. A port that is taken is said and ' +
      'does not stop the start.',
    parse: wholeNumber(0, 65_535),
  }),
  otlpHeaders: optional('GPUSHIELD_OTLP_HEADERS', {
    group: 'Telemetry',
    description:
      'Headers of every request to the Collector: name=value, with commas between, values percent-encoded.',
    example: '(authorization=Bearer%20your-token)',
    whenUnset: 'none are sent',
    secret: true,
    parse: headerList,
  }),
  traceSampleRatio: defaulted('GPUSHIELD_TRACE_SAMPLE_RATIO', '1', {
    group: 'Telemetry',
    description: 'How many of the traces that begin at this server are kept, from 0 to 1.',
    example: '0.05',
    parse: decimal(0, 1),
  }),
  telemetryRetentionDays: defaulted('GPUSHIELD_TELEMETRY_RETENTION_DAYS', '30', {
    group: 'Telemetry',
    description: 'Days for which telemetry is kept.',
    parse: wholeNumber(1, retentionMaxDays),
  }),
  minutesRetentionDays: defaulted('GPUSHIELD_TELEMETRY_MINUTES_RETENTION_DAYS', '90', {
    group: 'Telemetry',
    description:
      'Days for which telemetry by the minute is kept for plots; at least as long as telemetry itself.',
    parse: wholeNumber(1, retentionMaxDays),
  }),
  hoursRetentionDays: defaulted('GPUSHIELD_TELEMETRY_HOURS_RETENTION_DAYS', '730', {
    group: 'Telemetry',
    description: 'Days for which telemetry by the hour is kept for plots.',
    parse: wholeNumber(1, retentionMaxDays),
  }),
  // PGMQ makes table names of it, hence the length and the letters.
  queueName: defaulted('QUEUE_NAME', 'gpu_reservations', {
    group: 'Queue',
    description: 'PGMQ queue of reservations.',
    parse: matching(/^[A-Za-z0-9_]{1,47}$/, 'must have 1 to 47 letters, digits and underscores'),
  }),
  redisUrl: optional('REDIS_URL', {
    group: 'Queue',
    description: 'Redis that shares limits between replicas.',
    example: 'redis://localhost:6379/0',
    whenUnset: 'each replica counts for itself',
    secret: true,
    parse: redisUrl,
  }),
};
