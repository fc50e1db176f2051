import { knownMetricNames, maxMetricsPerRecord } from '@gpushield/contracts';

const width = knownMetricNames.length;
const firstRows = 512;

/** Rows of one export while it is taken apart: one for each GPU and millisecond. */
export interface RowTable {
  readonly rows: () => number;
  readonly slotOf: () => Uint32Array;
  readonly timestampsMs: () => Float64Array;
  readonly values: () => Float64Array;
  readonly extras: () => readonly (string | null)[] | null;
  /** The row of this GPU and time, made if need be; -1 when the table is full. */
  row(slot: number, timeMs: number): number;
  set(row: number, position: number, value: number): void;
  /** A metric outside of the vocabulary; false when the row has as many as a record may have. */
  setExtra(row: number, name: string, value: number): boolean;
}

/** Metrics outside of the vocabulary, as JSON text by row. */
const createExtras = (maxRows: number) => {
  let texts: (string | null)[] | null = null;
  let counts: Uint8Array | null = null;
  return {
    texts: (): readonly (string | null)[] | null => texts,
    set: (row: number, name: string, value: number): boolean => {
      texts ??= [];
      counts ??= new Uint8Array(maxRows);
      const count = counts[row] ?? 0;
      if (count + width >= maxMetricsPerRecord) return false;
      counts[row] = count + 1;
      const before = texts[row] ?? null;
      const member = `"${name}":${value}`;
      texts[row] = before === null ? `{${member}}` : `${before.slice(0, -1)},${member}}`;
      return true;
    },
  };
};

/** `maxRows` bounds its memory: about 260 bytes a row. */
export const createRowTable = (maxRows: number): RowTable => {
  let capacity = Math.min(firstRows, maxRows);
  let slotOf = new Uint32Array(capacity);
  let times = new Float64Array(capacity);
  let values = new Float64Array(capacity * width).fill(Number.NaN);
  const extras = createExtras(maxRows);
  let rows = 0;
  /** The last row of each slot, and all of them where a slot has several times. */
  const lastRow: number[] = [];
  const byTime = new Map<number, Map<number, number>>();

  const grow = (): void => {
    capacity = Math.min(maxRows, capacity * 2);
    const [moreSlots, moreTimes] = [new Uint32Array(capacity), new Float64Array(capacity)];
    const moreValues = new Float64Array(capacity * width);
    moreSlots.set(slotOf);
    moreTimes.set(times);
    moreValues.set(values);
    moreValues.fill(Number.NaN, values.length);
    [slotOf, times, values] = [moreSlots, moreTimes, moreValues];
  };
  const make = (slot: number, timeMs: number): number => {
    if (rows >= maxRows) return -1;
    if (rows === capacity) grow();
    const row = rows;
    rows += 1;
    slotOf[row] = slot;
    times[row] = timeMs;
    const before = lastRow[slot];
    if (before !== undefined) {
      const known = byTime.get(slot) ?? new Map<number, number>([[times[before] ?? 0, before]]);
      known.set(timeMs, row);
      byTime.set(slot, known);
    }
    lastRow[slot] = row;
    return row;
  };
  return {
    rows: () => rows,
    slotOf: () => slotOf,
    timestampsMs: () => times,
    values: () => values,
    extras: extras.texts,
    row: (slot, timeMs) => {
      const last = lastRow[slot];
      if (last !== undefined && times[last] === timeMs) return last;
      const known = last === undefined ? undefined : byTime.get(slot)?.get(timeMs);
      if (known === undefined) return make(slot, timeMs);
      lastRow[slot] = known;
      return known;
    },
    set: (row, position, value) => {
      values[row * width + position] = value;
    },
    setExtra: extras.set,
  };
};
