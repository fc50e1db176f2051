import type { Logger } from 'pino';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Election, Lease, Leases } from './types.ts';

export interface ElectionDeps {
  readonly leases: Leases;
  readonly log: Logger;
  /** From 0 to less than 1. */
  readonly random: () => number;
  readonly name: string;
  /** The leader's work: runs until `signal` aborts, and then ends soon. When it ends earlier, anyone may lead. */
  readonly lead: (signal: AbortSignal, lease: Lease) => Promise<void>;
  readonly ttlMs?: number;
}

const defaultTtlMs = 15_000;
/** Candidates ask this many times in the life of a lease. */
const asksPerTtl = 4;

/** Elects one leader among the replicas that run the same election. */
export const createElection = (deps: ElectionDeps): Election => {
  const { leases, log, random, name, lead, ttlMs = defaultTtlMs } = deps;
  const stopping = new AbortController();
  let loop: Promise<void> | undefined;
  let lease: Lease | undefined;

  const term = async (won: Lease): Promise<void> => {
    lease = won;
    log.info({ election: name, token: won.token }, 'leading');
    try {
      await lead(AbortSignal.any([won.signal, stopping.signal]), won);
    } finally {
      lease = undefined;
      await won.release();
    }
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        const won = await leases.acquire(`election:${name}`, { ttlMs });
        if (won !== undefined) await term(won);
      } catch (error) {
        log.warn({ err: error, election: name }, 'leading or standing for election failed');
      }
      const pauseMs = (ttlMs / asksPerTtl) * (0.5 + random() / 2);
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  return {
    start: () => {
      loop ??= run();
      return Promise.resolve();
    },
    stop: async () => {
      stopping.abort();
      await loop;
    },
    isLeader: () => lease?.isHeld() ?? false,
  };
};
