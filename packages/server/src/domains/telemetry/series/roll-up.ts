import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/types.ts';
import type { PeriodicTask } from '../../../platform/leases/index.ts';
import { dropHoursBefore, lockState, rollHours, rollLate, rollMinutes } from './roll-up-store.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/**
 * A minute is rolled up this long after its end. A record that is not marked as late came within a minute of its own time,
 * and its commit within the minute that a statement may take: both are over by then.
 */
export const rollUpLagMs = 120_000;
const intervalMs = 30_000;
const minutesAtOnce = 10;
const hoursAtOnce = 6;
const lateAtOnce = 5000;
/** With catching up after a long stop, one run goes on for at most this many steps. */
const maxSteps = 500;

export interface RollUpDeps {
  readonly db: Database;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly hoursRetentionDays: number;
}

const floor = (ms: number, unit: number): number => Math.floor(ms / unit) * unit;

/** One step of at most some minutes; true when there is more to do at once. Replicas take turns by the state's lock. */
const step = ({ db, clock }: RollUpDeps): Promise<boolean> =>
  db.transaction(async (tx) => {
    const target = floor(clock.nowMs() - rollUpLagMs, minuteMs);
    const state = await lockState(tx, target);
    const from = state.minutes_until.getTime();
    const to = Math.min(target, from + minutesAtOnce * minuteMs);
    if (to > from) await rollMinutes(tx, new Date(from), new Date(to));
    const minutesUntil = Math.max(from, to);
    const hoursFrom = state.hours_until.getTime();
    const hoursTo = Math.min(floor(minutesUntil, hourMs), hoursFrom + hoursAtOnce * hourMs);
    if (hoursTo > hoursFrom) await rollHours(tx, new Date(hoursFrom), new Date(hoursTo));
    const hoursUntil = new Date(Math.max(hoursFrom, hoursTo));
    const late = await rollLate(tx, new Date(minutesUntil), hoursUntil, lateAtOnce);
    return minutesUntil < target || floor(minutesUntil, hourMs) > hoursUntil.getTime() || late === lateAtOnce;
  });

/** Rolls up everything that is due, unless `signal` ends it: the next run goes on. */
export const rollUp = async (deps: RollUpDeps, signal?: AbortSignal): Promise<void> => {
  for (let steps = 0; steps < maxSteps && signal?.aborted !== true && (await step(deps)); steps += 1);
  await dropHoursBefore(deps.db, new Date(deps.clock.nowMs() - deps.hoursRetentionDays * dayMs));
};

export const rollUpTask = (deps: RollUpDeps): PeriodicTask => ({
  name: 'telemetry-roll-up',
  intervalMs,
  run: (signal) => rollUp(deps, signal),
});
