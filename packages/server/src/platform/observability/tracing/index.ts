export { otlpTarget } from './endpoint.ts';
export { noTracing } from './no-tracing.ts';
export { startTracing, type TracingOptions } from './start-tracing.ts';
export { traceWorker } from './traced-worker.ts';
export type { RequestFacts, RequestSpan, SpanFacts, Tracer, Tracing } from './types.ts';
