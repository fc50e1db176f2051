import type { PeriodicTask } from '../../platform/leases/index.ts';
import { numberChanges, pruneChanges } from './change-log-store.ts';
import { defaultRetentionDays, type AlertDeps } from './deps.ts';
import { deleteClosed, deleteEndedMutes, deleteEndedSilences } from './retention-store.ts';

const dayMs = 86_400_000;
const intervalMs = 600_000;
/** Who was away for longer looks at the list again. */
const changesKeptMs = dayMs;
const silencesKeptMs = 90 * dayMs;
/** Rows of one statement, and statements of one run. */
const batch = 5_000;
const maxBatches = 200;

const untilEmpty = async (signal: AbortSignal, step: () => Promise<number>): Promise<void> => {
  for (let done = 0; done < maxBatches && !signal.aborted; done += 1) if ((await step()) === 0) return;
};

/** Removes what is kept no longer: changes for the stream, closed alerts, ended mutes and silences. */
export const housekeeping = (deps: Pick<AlertDeps, 'db' | 'clock' | 'retentionDays'>): PeriodicTask => ({
  name: 'alerts-retention',
  intervalMs,
  run: async (signal) => {
    const { db } = deps;
    const ago = (ms: number): Date => new Date(deps.clock.nowMs() - ms);
    await untilEmpty(signal, () => numberChanges(db));
    await untilEmpty(signal, () => db.transaction((tx) => pruneChanges(tx, ago(changesKeptMs), batch)));
    const closedBefore = ago((deps.retentionDays ?? defaultRetentionDays) * dayMs);
    await untilEmpty(signal, () => deleteClosed(db, closedBefore, batch));
    await untilEmpty(signal, () => deleteEndedMutes(db, ago(0), batch));
    await untilEmpty(signal, () => deleteEndedSilences(db, ago(silencesKeptMs), batch));
  },
});
