import type { Signal } from './deps.ts';
import type { ExportOutcome } from './outcome.ts';

const varint = (value: number): number[] => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
};

/**
 * Export…ServiceResponse: empty after a full success, else partial_success (field 1) with the number of rejected items
 * (1) and the reason (2). The three signals have the same numbers.
 */
export const encodePartialSuccess = ({ rejected, message }: ExportOutcome): Buffer => {
  if (rejected === 0) return Buffer.alloc(0);
  const text = Buffer.from(message, 'utf8');
  const partial = Buffer.concat([
    Buffer.from([0x08, ...varint(rejected), 0x12, ...varint(text.length)]),
    text,
  ]);
  return Buffer.concat([Buffer.from([0x0a, ...varint(partial.length)]), partial]);
};

const rejectedNames: Readonly<Record<Signal, string>> = {
  metrics: 'rejectedDataPoints',
  logs: 'rejectedLogRecords',
  traces: 'rejectedSpans',
};

/** The same in OTLP/JSON, whose 64-bit integers are texts. */
export const partialSuccessJson = (signal: Signal, { rejected, message }: ExportOutcome): object =>
  rejected === 0
    ? {}
    : { partialSuccess: { [rejectedNames[signal]]: String(rejected), errorMessage: message } };
