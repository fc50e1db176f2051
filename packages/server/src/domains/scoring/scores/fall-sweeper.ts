import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/types.ts';
import type { Logger } from '../../../platform/observability/index.ts';
import type { RuleScoring } from '../rules/index.ts';
import { lockFallen } from './score-store.ts';
import { settle, type SettleDeps } from './settle.ts';

export interface FallSweeperDeps extends SettleDeps {
  readonly db: Database;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly log: Pick<Logger, 'error'>;
  readonly scoring: () => RuleScoring;
}

const intervalMs = 1_000;
const batchProcesses = 500;

/** Lowers what fell by itself below a level that is watched, a batch a transaction; answers how many. */
export const settleFallen = (deps: FallSweeperDeps): Promise<number> =>
  deps.db.transaction(async (tx) => {
    const now = new Date(deps.clock.nowMs());
    const fallen = await lockFallen(tx, now, batchProcesses);
    const settlements = fallen.map((process) => ({
      process,
      state: process.state,
      next: process.next,
      epoch: process.epoch,
      cause: 'decay' as const,
    }));
    await settle(deps, tx, deps.scoring(), settlements, now);
    return fallen.length;
  });

/** Every second, on every replica: they leave each other's rows alone. */
export const createFallSweeper = (
  deps: FallSweeperDeps,
): { start(): Promise<void>; stop(): Promise<void> } => {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  let stopped = false;
  const sweep = async (): Promise<void> => {
    while (!stopped && (await settleFallen(deps)) === batchProcesses);
  };
  return {
    start: () => {
      timer = setInterval(() => {
        if (busy) return;
        busy = true;
        running = sweep()
          .catch((err: unknown) => {
            deps.log.error({ err }, 'scores that fell could not be settled; trying again');
          })
          .finally(() => {
            busy = false;
          });
      }, intervalMs);
      timer.unref();
      return Promise.resolve();
    },
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
};
