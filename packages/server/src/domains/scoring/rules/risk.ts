import type { Contribution } from '../types.ts';

export interface RiskParameters {
  /** Time in which every contribution halves. */
  readonly halfLifeMs: number;
  /**
   * For each tactic beyond the strongest, this share of its strongest contribution counts once more: an attack that walks
   * through several tactics is worse than one that repeats itself.
   */
  readonly tacticBonus: number;
}

export const defaultRiskParameters: RiskParameters = { halfLifeMs: 3_600_000, tacticBonus: 0.1 };

/** A contribution's weight now, 0..1. One from the future (a clock ahead of ours) counts in full. */
export const decayed = (
  { weight, atMs }: Pick<Contribution, 'weight' | 'atMs'>,
  nowMs: number,
  halfLifeMs: number,
) => (weight / 100) * 2 ** (-Math.max(0, nowMs - atMs) / halfLifeMs);

/**
 * 100·(1 − Π(1 − wᵢ·2^(−Δt/h))), with a factor for each further tactic. Continuous, and with nothing new it only falls.
 * Source: detection.md, "Syscall risk".
 */
export const riskOf = (
  contributions: readonly Pick<Contribution, 'weight' | 'atMs' | 'tactic'>[],
  nowMs: number,
  { halfLifeMs, tacticBonus }: RiskParameters,
): number => {
  let harmless = 1;
  const strongest = new Map<string, number>();
  for (const contribution of contributions) {
    const weight = decayed(contribution, nowMs, halfLifeMs);
    harmless *= 1 - weight;
    const { tactic } = contribution;
    if (tactic !== null && weight > (strongest.get(tactic) ?? 0)) strongest.set(tactic, weight);
  }
  const byStrength = [...strongest.values()].sort((a, b) => b - a);
  for (const weight of byStrength.slice(1)) harmless *= 1 - tacticBonus * weight;
  return Math.min(100, Math.max(0, 100 * (1 - harmless)));
};

// 60 halvings of any span of years are below a microsecond.
const bisections = 60;
const longestMs = 100 * 365 * 86_400_000;

/** The first moment at which a falling risk is below the threshold; undefined when it is at `fromMs` already. */
export const firstBelow = (
  riskAt: (nowMs: number) => number,
  threshold: number,
  fromMs: number,
  halfLifeMs: number,
): number | undefined => {
  if (riskAt(fromMs) < threshold) return undefined;
  let spanMs = halfLifeMs;
  while (riskAt(fromMs + spanMs) >= threshold && spanMs < longestMs) spanMs *= 2;
  let [above, below] = [fromMs, fromMs + spanMs];
  for (let step = 0; step < bisections && below - above > 1; step += 1) {
    const middle = Math.floor((above + below) / 2);
    if (riskAt(middle) >= threshold) above = middle;
    else below = middle;
  }
  return below;
};
