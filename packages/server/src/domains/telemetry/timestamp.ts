import { earliestTimestamp, maxFutureMs } from '@gpushield/contracts';

const earliestMs = Date.parse(earliestTimestamp);
const leapSecond = /:60(?=[.Zz+-])/;

/**
 * Milliseconds since the epoch of an RFC 3339 time whose form was checked already; parts of a millisecond are cut.
 * A leap second is the last second of its minute, as PostgreSQL and Unix time know none. NaN for what is no time.
 */
export const parseTimestamp = (text: string): number => {
  const ms = Date.parse(text);
  return Number.isNaN(ms) && leapSecond.test(text) ? Date.parse(text.replace(leapSecond, ':59')) + 1000 : ms;
};

/** Why a record's time is refused; undefined when it is not. */
export const timestampProblem = (ms: number, nowMs: number): string | undefined => {
  if (Number.isNaN(ms)) return 'is not a time';
  if (ms < earliestMs) return `is before ${earliestTimestamp}: the clock of the sender was never set`;
  if (ms > nowMs + maxFutureMs) return `is more than ${maxFutureMs / 1000} s ahead of the server's clock`;
  return undefined;
};
