/** Requests to one origin that the outbound client has under way; more would wait there and lose their time. */
const slowestShare = 32;
/** Deliveries of one quick endpoint that are under way at once, those that wait in line included. */
const quickestShare = 128;
/** Time that a delivery may spend waiting behind others of its endpoint. */
const lineMs = 1_000;

/**
 * How many deliveries of one endpoint may be held at once, by its typical time to answer. Those beyond the first 32
 * wait in line, so only an endpoint that answers quickly gets more.
 */
export const heldMaxOf = (typicalMs: number | undefined): number => {
  if (typicalMs === undefined) return slowestShare;
  const inTime = slowestShare * (lineMs / Math.max(1, typicalMs));
  return Math.floor(Math.min(quickestShare, Math.max(slowestShare, inTime)));
};

/** Share of the free places that one endpoint may take. */
const freeShare = 0.5;

/**
 * Whether an endpoint that holds `held` places may take another, of which `free` are left: the dynamic thresholds of
 * Choudhury and Hahne (IEEE/ACM ToN 6(2), 1998). However many endpoints hang, places stay free for the others, without
 * a fixed part for each.
 */
export const mayTakePlace = (held: number, free: number, heldMax: number): boolean =>
  free > 0 && (held === 0 || held < Math.min(heldMax, free * freeShare));
