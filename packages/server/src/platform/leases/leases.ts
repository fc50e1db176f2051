import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Database } from '../database/types.ts';
import { acquireLease, lockLease, releaseLease, renewLease, type LeaseKey } from './store.ts';
import type { Lease, Leases } from './types.ts';

export interface LeasesDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
}

/** The lease is not (or no longer) this process's. */
export class LeaseLost extends Error {
  readonly kind = 'lease_lost';

  constructor(name: string) {
    super(`The lease ${name} is held no longer`);
    this.name = 'LeaseLost';
  }
}

export const defaultTtlMs = 30_000;
/** Below, a pause of the event loop or of the network loses a lease that nobody wants. */
const shortestTtlMs = 500;
/** The holder gives up this much before the database would: two clocks never run quite alike. */
const safetyShare = 0.1;
/** Two renewals may fail before the lease is lost. */
const renewalsPerTtl = 4;

/** The background part of one lease: renews it, and ends it when that fails for too long. */
const keep = (deps: LeasesDeps, key: LeaseKey, ttlMs: number, acquiredMs: number) => {
  const { db, clock, log } = deps;
  const ended = new AbortController();
  const trustedMs = ttlMs * (1 - safetyShare);
  let deadlineMs = acquiredMs;
  let deadline: NodeJS.Timeout | undefined;
  let renewing = false;

  const end = (why: string) => {
    clearInterval(renewals);
    clearTimeout(deadline);
    if (!ended.signal.aborted) ended.abort(new LeaseLost(`${key.name} (${why})`));
  };
  // From before the statement that the database counts from: never later than its own time.
  const trustFrom = (startedMs: number) => {
    deadlineMs = startedMs + trustedMs;
    clearTimeout(deadline);
    if (ended.signal.aborted) return;
    deadline = setTimeout(
      () => {
        log.warn({ lease: key.name }, 'a lease could not be renewed in time');
        end('not renewed in time');
      },
      Math.max(0, deadlineMs - clock.monotonicMs()),
    );
    deadline.unref();
  };
  const renew = async (): Promise<void> => {
    const startedMs = clock.monotonicMs();
    if (await renewLease(db, key, ttlMs)) trustFrom(startedMs);
    else end('another has it');
  };
  const renewals = setInterval(() => {
    if (renewing) return;
    renewing = true;
    renew()
      .catch((error: unknown) => log.warn({ err: error, lease: key.name }, 'renewing a lease failed'))
      .finally(() => {
        renewing = false;
      });
  }, trustedMs / renewalsPerTtl);
  renewals.unref();
  trustFrom(acquiredMs);
  // The deadline's timer may come late when the event loop is busy; the clock itself is asked as well.
  return {
    signal: ended.signal,
    isHeld: () => !ended.signal.aborted && clock.monotonicMs() < deadlineMs,
    end,
  };
};

/** Leases in PostgreSQL. Deadlines count on its clock and, more strictly, on this process's monotonic one. */
export const createLeases = (deps: LeasesDeps): Leases => {
  const { db, clock, log, newId } = deps;
  return {
    acquire: async (name, { ttlMs = defaultTtlMs } = {}): Promise<Lease | undefined> => {
      if (ttlMs < shortestTtlMs) throw new RangeError(`A lease lasts at least ${shortestTtlMs} ms`);
      // A holder of its own for each lease: the same process asking twice gets it once.
      const holder = newId();
      const startedMs = clock.monotonicMs();
      const token = await acquireLease(db, name, holder, ttlMs);
      if (token === undefined) return undefined;
      const key = { name, holder, token };
      const kept = keep(deps, key, ttlMs, startedMs);
      return {
        name,
        token,
        signal: kept.signal,
        isHeld: kept.isHeld,
        guard: async (tx) => {
          if (!kept.isHeld() || !(await lockLease(tx, key))) throw new LeaseLost(name);
        },
        release: async () => {
          kept.end('released');
          await releaseLease(db, key).catch((error: unknown) => {
            log.warn({ err: error, lease: name }, 'a lease ends only by time');
          });
        },
      };
    },
  };
};
