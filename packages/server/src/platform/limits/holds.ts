import type { Clock } from '../clock.ts';
import type { LimitPolicy, Reservation, ReserveRequest } from './types.ts';

export interface Holds {
  /** Gives back what expired. */
  expire(): void;
  /** Notes what was charged already. `shared` is the id under which Redis holds it too. */
  open(request: ReserveRequest, shared?: string): Reservation;
  /** Charges the difference to what was held, or all of it where the hold is gone. */
  close(reservation: Reservation, actualUnits: number): void;
}

interface Hold {
  readonly reservation: Reservation;
  readonly expiresMs: number;
}

/** Streams that run at once, several times over. Beyond, the oldest hold stays charged and cannot be given back. */
const maxHolds = 100_000;
/** Each reservation adds one hold, and looks at a few: every hold is looked at long before the table is full. */
const maxLookedAtPerCall = 16;

/** Open reservations of this process. `adjust` adds units to a counter, which may be negative. */
export const createHolds = (
  clock: Clock,
  adjust: (policy: LimitPolicy, key: string, units: number) => void,
): Holds => {
  const holds = new Map<string, Hold>();
  let made = 0;
  // No hold ends before this: most calls find nothing to look at. `found` is the same of the holds looked at so far.
  let soonestMs = Infinity;
  let foundMs = Infinity;
  let leftToLookAt = 0;

  return {
    expire: () => {
      const nowMs = clock.monotonicMs();
      if (nowMs < soonestMs) return;
      if (leftToLookAt <= 0) [leftToLookAt, foundMs] = [holds.size, Infinity];
      let looked = 0;
      for (const [id, hold] of holds) {
        if (looked >= Math.min(maxLookedAtPerCall, holds.size)) break;
        looked += 1;
        holds.delete(id);
        if (hold.expiresMs <= nowMs)
          adjust(hold.reservation.policy, hold.reservation.key, -hold.reservation.units);
        else {
          // To the end: one that lives long must not hide those behind it.
          holds.set(id, hold);
          foundMs = Math.min(foundMs, hold.expiresMs);
        }
      }
      leftToLookAt -= looked;
      // All were looked at, or there is none.
      if (leftToLookAt <= 0 || looked === 0) [soonestMs, leftToLookAt] = [foundMs, 0];
    },
    open: ({ policy, key, units, ttlSeconds }, shared) => {
      made += 1;
      const id = shared ?? `local-${String(made)}`;
      const place = shared === undefined ? 'local' : 'shared';
      const reservation: Reservation = { id, policy, key, units, place };
      const expiresMs = clock.monotonicMs() + ttlSeconds * 1000;
      holds.set(reservation.id, { reservation, expiresMs });
      soonestMs = Math.min(soonestMs, expiresMs);
      foundMs = Math.min(foundMs, expiresMs);
      const oldest = holds.keys().next();
      if (holds.size > maxHolds && !oldest.done) holds.delete(oldest.value);
      return reservation;
    },
    close: (reservation, actualUnits) => {
      const held = holds.delete(reservation.id);
      adjust(reservation.policy, reservation.key, actualUnits - (held ? reservation.units : 0));
    },
  };
};
