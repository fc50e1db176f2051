import type { Clock } from '../../clock.ts';

/** After an outage Redis must answer for this long without a miss; doubled for each outage of the last minutes. */
const steadyMs = 500;
const maxSteadyMs = 60_000;
const outageMemoryMs = 300_000;

/**
 * When an outage is over. Each outage starts every counter full, so a Redis that comes and goes would refuse more than
 * one that is away: the more often it went, the longer it must be steady.
 */
export interface Recovery {
  /** An outage began. */
  began(): void;
  /** A sign of life was missed. */
  missed(): void;
  /** A sign of life came: true if there were enough of them. */
  isSteady(): boolean;
}

export const createRecovery = (clock: Clock): Recovery => {
  let outages: readonly number[] = [];
  let sinceMs: number | undefined;
  const recent = (): readonly number[] => {
    const nowMs = clock.monotonicMs();
    return outages.filter((at) => nowMs - at < outageMemoryMs);
  };
  return {
    began: () => {
      outages = [...recent(), clock.monotonicMs()];
    },
    missed: () => {
      sinceMs = undefined;
    },
    isSteady: () => {
      outages = recent();
      const nowMs = clock.monotonicMs();
      sinceMs ??= nowMs;
      const neededMs = outages.length === 0 ? 0 : Math.min(maxSteadyMs, steadyMs * 2 ** (outages.length - 1));
      return nowMs - sinceMs >= neededMs;
    },
  };
};
