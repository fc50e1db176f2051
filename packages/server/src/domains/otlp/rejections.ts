/** Reasons that are told one by one; what has further ones is told as a number. */
const maxReasons = 16;
const maxMessage = 1000;

/** Counts what an export brought and was not stored, by reason. */
export interface Rejections {
  add(reason: string, points?: number): void;
  readonly total: () => number;
  /** For people: `12 points: histograms are not kept; 3 points: …`; empty when nothing was rejected. */
  readonly message: (unit: string) => string;
}

export const createRejections = (): Rejections => {
  const byReason = new Map<string, number>();
  let total = 0;
  let others = 0;
  return {
    add: (reason, points = 1) => {
      if (points <= 0) return;
      total += points;
      const known = byReason.get(reason);
      if (known !== undefined || byReason.size < maxReasons) byReason.set(reason, (known ?? 0) + points);
      else others += points;
    },
    total: () => total,
    message: (unit) => {
      const parts = [...byReason].map(([reason, points]) => `${points} ${unit}: ${reason}`);
      if (others > 0) parts.push(`${others} ${unit}: further reasons`);
      return parts.join('; ').slice(0, maxMessage);
    },
  };
};
