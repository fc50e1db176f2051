import type { RedisLink } from './link.ts';
import { settleScript } from './scripts.ts';

export interface Settlement {
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

/** What ends during an outage waits for its end. Beyond this the oldest is lost; its hold goes back when it expires. */
const maxPending = 10_000;

/** Sends settlements, and again after an outage those that could not be sent. */
export const createPendingSettlements = (
  link: RedisLink,
): { settle(settlement: Settlement): Promise<void> } => {
  const pending = new Set<Settlement>();

  const keep = (settlement: Settlement): void => {
    const oldest = pending.values().next();
    if (pending.size >= maxPending && !oldest.done) pending.delete(oldest.value);
    pending.add(settlement);
  };
  const settle = async (settlement: Settlement): Promise<void> => {
    if (link.away()) {
      keep(settlement);
      return;
    }
    await link.run(settleScript, settlement.keys, settlement.args).catch(() => {
      keep(settlement);
    });
  };

  link.onBeat(({ recovered }) => {
    if (!recovered) return;
    const waiting = [...pending];
    pending.clear();
    for (const settlement of waiting) void settle(settlement);
  });
  return { settle };
};
