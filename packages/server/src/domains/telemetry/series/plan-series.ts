/** Seconds of a bucket that people can read off an axis. */
const steps = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
] as const;
const minute = 60;
const hour = 3600;
const dayMs = 86_400_000;
/** Raw records that one answer may read; more are read by the minute. */
const maxRawRecords = 2_000_000;

/** Points of one answer, about 30 MB of JSON; more series than fit get coarser steps. */
export const maxAnswerPoints = 200_000;

/** How many of the points asked for each of so many series may have. Pure. */
export const pointsOfEach = (asked: number, series: number): number =>
  Math.max(1, Math.min(asked, Math.floor(maxAnswerPoints / Math.max(1, series))));

export type Tier = 'raw' | 'minutes' | 'hours';

export interface SeriesPlan {
  readonly tier: Tier;
  readonly stepSeconds: number;
  /** Whole steps around what was asked, ms since the epoch; `untilMs` is exclusive. */
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** What is still there to be read. */
export interface Kept {
  readonly nowMs: number;
  readonly retentionDays: number;
  readonly minutesRetentionDays: number;
}

/** The finest step whose records or roll-ups are kept from `sinceMs` on: older ones would be missing from the plot. */
const finestKept = (sinceMs: number, { nowMs, retentionDays, minutesRetentionDays }: Kept): number => {
  const isWithin = (days: number): boolean => sinceMs >= nowMs - days * dayMs;
  if (isWithin(retentionDays)) return 1;
  return isWithin(minutesRetentionDays) ? minute : hour;
};

const tierOf = (stepSeconds: number): Tier => {
  if (stepSeconds % hour === 0) return 'hours';
  return stepSeconds % minute === 0 ? 'minutes' : 'raw';
};

/**
 * How a plot is read: the smallest step that keeps within `points` buckets, and the coarsest tier that fits it. A step
 * below a minute needs raw records, one a second and GPU at most, so it is for short spans, and for those that raw
 * records are still kept of. Pure.
 */
export const planSeries = (
  asked: { readonly sinceMs: number; readonly untilMs: number; readonly points: number },
  gpus: number,
  kept: Kept,
): SeriesPlan => {
  const seconds = Math.max(1, (asked.untilMs - asked.sinceMs) / 1000);
  const wanted = seconds / asked.points;
  const fitting = steps.find((step) => step >= wanted) ?? Math.ceil(wanted / 86_400) * 86_400;
  const affordable = fitting < minute && gpus * seconds > maxRawRecords ? minute : fitting;
  const stepSeconds = Math.max(affordable, finestKept(asked.sinceMs, kept));
  const stepMs = stepSeconds * 1000;
  return {
    tier: tierOf(stepSeconds),
    stepSeconds,
    sinceMs: Math.floor(asked.sinceMs / stepMs) * stepMs,
    untilMs: Math.ceil(asked.untilMs / stepMs) * stepMs,
  };
};
