import type { Database, Executor, Subscription } from '../../platform/database/types.ts';
import { loadRules, type Rules } from './switches.ts';

/** Told when a switch or a maintenance window changed. */
export const rulesChannel = 'gpushield_detection_rules';

export interface RulesCache {
  /**
   * The rules, from memory while this process hears of changes, from the database otherwise. Equal generations, equal
   * rules: what is made of them may be remembered under it.
   */
  current(executor: Executor): Promise<{ readonly rules: Rules; readonly generation: number }>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Switches and windows as a cache over PostgreSQL that is dropped when something changed, within milliseconds. */
export const createRulesCache = (db: Database): RulesCache => {
  /** What was loaded, or is being loaded, since the last change: rules of the generation at which the load began. */
  let held: { readonly rules: Promise<Rules>; readonly generation: number } | undefined;
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
      const asked = held ?? { rules: loadRules(executor), generation };
      held = asked;
      try {
        // A change that is heard meanwhile belongs to the next load: what was remembered under this number is made anew then.
        return { rules: await asked.rules, generation: asked.generation };
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
