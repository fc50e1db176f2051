import type { RequestSpan, Tracing } from './types.ts';

const noSpan: RequestSpan = {
  run: (work) => work(),
  fail: () => undefined,
  end: () => undefined,
};

/** Nothing is traced and nothing is sent: what a server without OTLP_ENDPOINT has. */
export const noTracing: Tracing = {
  tracer: {
    startRequest: () => noSpan,
    child: (_name, _facts, work) => work(),
    root: (_name, _kind, _facts, work) => work(),
  },
  database: (db) => db,
  batches: (db) => db,
  start: () => undefined,
  stop: () => Promise.resolve(),
};
