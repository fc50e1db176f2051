import { randomUUID } from 'node:crypto';
import type { WorkloadRef } from './runtime/port.ts';

/** Who was let into a terminal, and whether they still are. */
export interface TerminalVisit extends WorkloadRef {
  readonly rank: number;
  readonly principalId: string;
  /** Throws what a new request would be refused with. It is counted by no limit and audited nowhere. */
  recheck(): Promise<void>;
}

/** The header in which a socket's request names its place; nobody else can know a place. */
export const visitHeader = 'x-gpushield-terminal-visit';

/**
 * Hands a visit from the route that decided on it to the socket that asked: a socket outlives its request, and must be
 * able to ask again later.
 */
export interface TerminalVisits {
  /** A place for one visit; undefined where the route let nobody in. */
  ask(send: (place: string) => Promise<unknown>): Promise<TerminalVisit | undefined>;
  /** Fills a place that is waited for; any other is ignored. */
  admit(place: string | undefined, visit: TerminalVisit): void;
}

export const createTerminalVisits = (): TerminalVisits => {
  const places = new Map<string, TerminalVisit | undefined>();
  return {
    ask: async (send) => {
      const place = randomUUID();
      places.set(place, undefined);
      try {
        await send(place);
        return places.get(place);
      } finally {
        places.delete(place);
      }
    },
    admit: (place, visit) => {
      if (place !== undefined && places.has(place)) places.set(place, visit);
    },
  };
};
