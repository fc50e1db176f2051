import type { IncomingHttpHeaders } from 'node:http';
import type { Database } from '../../database/types.ts';
import type { Metrics } from '../metrics.ts';

/** Facts of a span by name. Never values of requests or statements; texts are masked and cut before they leave. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

/** What begins a trace: a request, a message of a queue, or work of the server's own. */
export type RootKind = 'consumer' | 'internal';

export interface RequestFacts {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly scheme: string;
  readonly httpVersion: string;
  readonly headers: IncomingHttpHeaders;
  /** The other end of the connection; undefined when it is gone. */
  readonly peerAddress: string | undefined;
  readonly correlationId: string;
}

export interface RequestSpan {
  /** Runs `work` so that the spans that it makes, at once or later, are children of this request's. */
  run<T>(work: () => T): T;
  /** The catalogue's code of the error that is answered. */
  fail(code: string): void;
  /** `route` is the pattern, undefined when no route matched. Only the first call counts. */
  end(route: string | undefined, status: number): void;
}

/** Makes spans. Never throws by itself, and never waits for the network. */
export interface Tracer {
  startRequest(facts: RequestFacts): RequestSpan;
  /** Runs `work` in a span below the current one; without a current one it just runs. Rejects as `work` does. */
  child<T>(name: string, facts: SpanFacts, work: () => Promise<T>): Promise<T>;
  /** Runs `work` in a trace of its own: what serves many requests at once, or none. Rejects as `work` does. */
  root<T>(name: string, kind: RootKind, facts: SpanFacts, work: () => Promise<T>): Promise<T>;
}

/** The server's own traces and metrics on their way to a Collector. */
export interface Tracing {
  readonly tracer: Tracer;
  /** The same database; its statements and transactions are spans below the current one. */
  database(db: Database): Database;
  /** The same database for work that serves many requests at once: each transaction or lone statement is a trace of this name. */
  batches(db: Database, name: string): Database;
  /** Begins to hand the metrics on, every 15 s, and counts in them what is sent and dropped. Once. */
  start(metrics: Metrics): void;
  /** Sends what waits, for 3 s at most, and lets go. Never rejects. */
  stop(): Promise<void>;
}
