/** Who is told when a process's risk crosses a threshold. */
export interface Subscription {
  readonly endpointId: string;
  /** Null: processes of every agent. */
  readonly agentId: string | null;
  readonly threshold: number;
  /** It counts as below again when it is this much below the threshold. */
  readonly hysteresis: number;
}

export interface Crossing {
  readonly subscription: Subscription;
  readonly direction: 'up' | 'down';
}

export interface CrossingDecision {
  readonly crossings: readonly Crossing[];
  /** Endpoints that know now that the process is above their threshold. */
  readonly toldAbove: readonly string[];
}

/**
 * What a risk means to those who wait for it. Up at the threshold, down below threshold − hysteresis: a risk that hovers
 * around the threshold is told once. Endpoints that are no longer subscribed are forgotten.
 */
export const decideCrossings = (
  risk: number,
  toldAbove: readonly string[],
  subscriptions: readonly Subscription[],
): CrossingDecision => {
  const crossings: Crossing[] = [];
  const above: string[] = [];
  for (const subscription of subscriptions) {
    const { endpointId, threshold, hysteresis } = subscription;
    const wasAbove = toldAbove.includes(endpointId);
    const isAbove = wasAbove ? risk >= threshold - hysteresis : risk >= threshold;
    if (isAbove) above.push(endpointId);
    if (isAbove !== wasAbove) crossings.push({ subscription, direction: isAbove ? 'up' : 'down' });
  }
  return { crossings, toldAbove: above.sort() };
};

/** Levels at which the stored risk is brought up to date as it falls: those of the indexes. */
export const riskLevels = [10, 25, 50, 75, 90] as const;

/** The next level below which the risk falls by itself: a level of the indexes, or one that somebody waits for. */
export const nextLevel = (
  risk: number,
  toldAbove: readonly string[],
  subscriptions: readonly Subscription[],
): number | undefined => {
  const awaited = subscriptions
    .filter(({ endpointId }) => toldAbove.includes(endpointId))
    .map(({ threshold, hysteresis }) => threshold - hysteresis);
  const below = [...riskLevels, ...awaited].filter((level) => level <= risk && level > 0);
  return below.length === 0 ? undefined : Math.max(...below);
};
