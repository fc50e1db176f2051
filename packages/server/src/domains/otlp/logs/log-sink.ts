import type { Attributes } from '../attributes.ts';

/** One log record as far as it is read here. */
export interface LogRecord {
  readonly timeMs: number;
  readonly body: string;
  readonly attributes: Attributes;
}

export interface LogSink {
  resource(attributes: Attributes): void;
  record(record: LogRecord): void;
}
