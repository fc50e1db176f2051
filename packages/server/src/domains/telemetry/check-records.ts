import type { TelemetryInput } from '@gpushield/contracts';
import type { FieldError } from '../../platform/errors.ts';
import { metricProblem } from './metrics.ts';
import { parseTimestamp, timestampProblem } from './timestamp.ts';

/** Errors listed in one answer; a request with more has one cause, and its sender needs no more to see it. */
export const maxFieldErrors = 50;

export type RecordCheck =
  | { readonly ok: true; readonly timestampsMs: readonly number[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** `pointer` of record `index`: `/records/3` in a bulk, empty in a single request. */
export type PointerOf = (index: number) => string;

/** What the schema cannot say: metric bounds and the time. Pure; stops at `maxFieldErrors`. */
export const checkRecords = (
  records: readonly TelemetryInput[],
  nowMs: number,
  pointerOf: PointerOf,
): RecordCheck => {
  const errors: FieldError[] = [];
  const timestampsMs: number[] = [];
  // The GPUs of a node are read at one time: its text is often that of the record before.
  let text = '';
  let ms = Number.NaN;
  for (const [index, record] of records.entries()) {
    if (record.timestamp !== text) {
      text = record.timestamp;
      ms = parseTimestamp(text);
    }
    timestampsMs.push(ms);
    const problem = timestampProblem(ms, nowMs);
    if (problem !== undefined) errors.push({ field: `${pointerOf(index)}/timestamp`, message: problem });
    for (const name in record.metrics) {
      const value = record.metrics[name];
      const wrong = value === undefined ? undefined : metricProblem(name, value);
      if (wrong !== undefined) errors.push({ field: `${pointerOf(index)}/metrics/${name}`, message: wrong });
    }
    if (errors.length >= maxFieldErrors) break;
  }
  return errors.length === 0
    ? { ok: true, timestampsMs }
    : { ok: false, errors: errors.slice(0, maxFieldErrors) };
};
