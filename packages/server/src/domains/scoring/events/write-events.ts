import type { Tx } from '../../../platform/database/types.ts';
import { sightingsOf } from '../processes/sightings.ts';
import { tieSightings, type JobsOfPods } from '../processes/tie-processes.ts';
import { upsertProcesses } from '../processes/upsert-processes.ts';
import { activeEpoch } from '../recalculation/active-epoch.ts';
import type { RuleScoring } from '../rules/index.ts';
import { applyScores } from '../scores/apply-scores.ts';
import type { SettleDeps } from '../scores/settle.ts';
import { insertChunks } from './chunk-store.ts';
import type { EventBatch } from './event-batch.ts';
import { rememberEvents } from './remember-events.ts';

export interface WriteEventsDeps extends SettleDeps {
  readonly nowMs: () => number;
  readonly retentionDays: number;
  readonly scoring: () => RuleScoring;
  readonly jobsOfPods: JobsOfPods;
}

/** Stores events and everything that they mean, in one transaction: what is answered as accepted is scored. */
export const createEventWriter =
  (deps: WriteEventsDeps) =>
  async (tx: Tx, batches: readonly EventBatch[]): Promise<void> => {
    const now = new Date(deps.nowMs());
    const epoch = await activeEpoch(tx);
    await rememberEvents(tx, batches, deps.retentionDays);
    await insertChunks(tx, batches, deps.newId);
    const sightings = sightingsOf(batches);
    await tieSightings(tx, sightings, deps.jobsOfPods);
    await upsertProcesses(tx, sightings.values(), now);
    await applyScores(deps, tx, { batches, scoring: deps.scoring(), epoch, now });
  };
