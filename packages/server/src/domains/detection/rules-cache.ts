import type { Database, Executor, Subscription } from '../../platform/database/types.ts';
import { loadRules, type Rules } from './switches.ts';

/** Told when a switch or a maintenance window changed. */
export const rulesChannel = 'gpushield_detection_rules';

export interface RulesCache {
  /** The rules, from memory while this process hears of changes, from the database otherwise. */
  current(executor: Executor): Promise<{ readonly rules: Rules; readonly generation: number }>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Switches and windows as a cache over PostgreSQL that is dropped when something changed, within milliseconds. */
export const createRulesCache = (db: Database): RulesCache => {
  let held: Promise<Rules> | undefined;
  let generation = 0;
  let hearing = false;
  let subscription: Subscription | undefined;
  const drop = (): void => {
    held = undefined;
    generation += 1;
  };
  return {
    current: async (executor) => {
      if (!hearing) drop();
      const asked = held ?? loadRules(executor);
      held = asked;
      try {
        const rules = await asked;
        return { rules, generation };
      } catch (error) {
        if (held === asked) held = undefined;
        throw error;
      }
    },
    start: async () => {
      subscription = await db.listen(rulesChannel, {
        onNotification: drop,
        onConnection: (connected) => {
          hearing = connected;
          drop();
        },
      });
    },
    stop: async () => {
      hearing = false;
      await subscription?.close();
    },
  };
};
