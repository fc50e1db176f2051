import type { Tx } from '../../../platform/database/types.ts';
import { outcome, type EventBatch } from '../events/event-batch.ts';
import type { RuleScoring } from '../rules/index.ts';
import type { ScoreState, SyscallEvent } from '../types.ts';
import { lockScored } from './score-store.ts';
import { settle, type SettleDeps, type Settlement } from './settle.ts';

export interface AppliedEvents {
  readonly batches: readonly EventBatch[];
  readonly scoring: RuleScoring;
  /** The recalculation under way: its new states take in what happens meanwhile. */
  readonly epoch: number | undefined;
  readonly now: Date;
}

/** What rules asked for, of the events that count, by process. */
const watchedByProcess = (batches: readonly EventBatch[]): ReadonlyMap<string, SyscallEvent[]> => {
  const events = new Map<string, SyscallEvent[]>();
  for (const { watched, outcomes } of batches) {
    for (const { position, event } of watched) {
      if (outcomes[position] !== outcome.accepted) continue;
      const list = events.get(event.processId);
      if (list === undefined) events.set(event.processId, [event]);
      else list.push(event);
    }
  }
  return events;
};

export const sameState = (a: ScoreState | null, b: ScoreState | null): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

/** Merges events into the scores of their processes, whose rows exist. */
export const applyScores = async (deps: SettleDeps, tx: Tx, applied: AppliedEvents): Promise<void> => {
  const { batches, scoring, epoch, now } = applied;
  const events = watchedByProcess(batches);
  if (events.size === 0) return;
  const settlements: Settlement[] = [];
  for (const process of await lockScored(tx, [...events.keys()])) {
    const own = events.get(process.processId) ?? [];
    const state = scoring.apply(process.state ?? scoring.empty, own);
    const takesPart = epoch !== undefined && process.epoch < epoch;
    const next = takesPart ? scoring.apply(process.next ?? scoring.empty, own) : process.next;
    if (sameState(state, process.state) && sameState(next, process.next)) continue;
    settlements.push({ process, state, next, epoch: process.epoch, cause: 'events' });
  }
  await settle(deps, tx, scoring, settlements, now);
};
