export type Metric = 'cosine' | 'dot' | 'l2';

/** A vector of a query with what is computed of it once. */
export interface Probe {
  readonly values: Float64Array;
  readonly norm: number;
}

export const probeOf = (values: readonly number[]): Probe => {
  const copy = Float64Array.from(values);
  return { values: copy, norm: Math.sqrt(copy.reduce((sum, value) => sum + value * value, 0)) };
};

/** Numbers of one row, read one after another without a copy. */
export type ReadValue = (index: number) => number;

/**
 * How near a vector is to the probe: the cosine, the dot product, or the negative Euclidean distance; higher is nearer.
 * A vector of length 0 is as far as can be by the cosine, which it has none of.
 */
export const similarity = (metric: Metric, probe: Probe, read: ReadValue): number => {
  const { values, norm } = probe;
  let dot = 0;
  let squares = 0;
  let distance = 0;
  for (let index = 0; index < values.length; index += 1) {
    const a = values[index] ?? 0;
    const b = read(index);
    dot += a * b;
    squares += b * b;
    distance += (a - b) * (a - b);
  }
  if (metric === 'dot') return dot;
  if (metric === 'l2') return -Math.sqrt(distance);
  const length = norm * Math.sqrt(squares);
  return length === 0 ? -1 : dot / length;
};

export interface Match {
  readonly id: string;
  readonly score: number;
}

/** Keeps the nearest `size`, in order; among equals the one with the smaller id. */
export const createNearest = (size: number) => {
  const kept: Match[] = [];
  const before = (a: Match, b: Match): boolean => a.score > b.score || (a.score === b.score && a.id < b.id);
  return {
    /** Whether a score would be kept at all. */
    wants: (score: number): boolean => kept.length < size || score >= (kept.at(-1)?.score ?? -Infinity),
    add: (match: Match): void => {
      let at = kept.length;
      while (at > 0) {
        const previous = kept[at - 1];
        if (previous === undefined || before(previous, match)) break;
        at -= 1;
      }
      kept.splice(at, 0, match);
      if (kept.length > size) kept.pop();
    },
    list: (): readonly Match[] => kept,
  };
};
