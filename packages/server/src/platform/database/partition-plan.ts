/** One day in UTC as `YYYYMMDD`. */
export type Day = string;

export const dayMs = 86_400_000;

export const dayOf = (ms: number): Day => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');

/** The first millisecond of a day; undefined when the text is no day. */
export const startOfDayMs = (day: Day): number | undefined => {
  const match = /^(\d{4})(\d{2})(\d{2})$/.exec(day);
  if (match === null) return undefined;
  const ms = Date.parse(`${match[1]}-${match[2]}-${match[3]}T00:00:00.000Z`);
  return Number.isNaN(ms) || dayOf(ms) !== day ? undefined : ms;
};

export interface PartitionPlan {
  readonly create: readonly Day[];
  readonly drop: readonly Day[];
}

/**
 * Which days need a partition (yesterday to `aheadDays` from today) and which partitions lie wholly before the
 * retention. A day is never in both.
 */
export const planPartitions = (facts: {
  readonly existing: readonly Day[];
  readonly nowMs: number;
  readonly aheadDays: number;
  readonly retentionDays: number;
}): PartitionPlan => {
  const { existing, nowMs, aheadDays, retentionDays } = facts;
  const cutoffMs = nowMs - retentionDays * dayMs;
  const isOver = (day: Day): boolean => {
    const start = startOfDayMs(day);
    return start !== undefined && start + dayMs <= cutoffMs;
  };
  const wanted = Array.from({ length: aheadDays + 2 }, (_, index) => dayOf(nowMs + (index - 1) * dayMs));
  const have = new Set(existing);
  return { create: wanted.filter((day) => !have.has(day) && !isOver(day)), drop: existing.filter(isOver) };
};
