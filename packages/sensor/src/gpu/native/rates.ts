interface Reading {
  readonly atMs: number;
  readonly value: number;
}

/** Turns growing counters into rates. */
export interface Rates {
  /** Increase of the counter `name` per second since its last reading; null at first, after a reset, and for null. */
  perSecond(name: string, value: number | null): number | null;
  /** The same with the counter's own clock, in milliseconds. */
  since(name: string, value: number | null, atMs: number | null): number | null;
}

/** More counters than a machine's GPUs have. */
const maxCounters = 4096;

export const createRates = ({ monotonicMs }: { monotonicMs: () => number }): Rates => {
  const before = new Map<string, Reading>();
  const since = (name: string, value: number | null, atMs: number | null): number | null => {
    if (value === null || atMs === null) return null;
    const last = before.get(name);
    if (last === undefined && before.size >= maxCounters) return null;
    before.set(name, { atMs, value });
    if (last === undefined || value < last.value || atMs <= last.atMs) return null;
    return ((value - last.value) / (atMs - last.atMs)) * 1000;
  };
  return { since, perSecond: (name, value) => since(name, value, monotonicMs()) };
};
