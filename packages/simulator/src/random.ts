/** Reproducible chance: the same seed gives the same numbers on every machine. */
export interface Random {
  /** 0 ≤ x < 1. */
  unit(): number;
  between(low: number, high: number): number;
  /** About normal, mean 0, deviation 1, bounded to ±3.5. */
  normal(): number;
}

/** mulberry32: 32 bits of state, ample for traces. */
export const createRandom = (seed: number): Random => {
  let a = seed >>> 0;
  const unit = (): number => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    unit,
    between: (low, high) => low + (high - low) * unit(),
    normal: () => {
      const sum = unit() + unit() + unit() + unit() + unit() + unit();
      return Math.max(-3.5, Math.min(3.5, (sum - 3) * Math.SQRT2));
    },
  };
};
