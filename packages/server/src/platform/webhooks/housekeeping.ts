import type { WebhooksDeps } from './deps.ts';
import { pruneMessages } from './message-store.ts';

/** How long messages, deliveries and attempts are kept: as long as somebody may want to look or send again. */
const retentionMs = 30 * 24 * 3_600_000;
const intervalMs = 10 * 60_000;
const pruneBatch = 1_000;
/** Batches of one round; the next round takes the rest. */
const pruneBatchesMax = 100;

/** Forgets old messages. Any number of replicas may do it at once. */
export const createHousekeeping = ({ db, clock, log }: Pick<WebhooksDeps, 'db' | 'clock' | 'log'>) => {
  let timer: NodeJS.Timeout | undefined;
  let underWay: Promise<void> = Promise.resolve();
  let stopping = false;
  const prune = async (): Promise<void> => {
    try {
      const before = new Date(clock.nowMs() - retentionMs);
      for (let batch = 0; batch < pruneBatchesMax && !stopping; batch += 1) {
        if ((await pruneMessages(db, before, pruneBatch)) < pruneBatch) return;
      }
    } catch (error) {
      log.warn({ err: error }, 'old webhook messages could not be deleted; the next round tries again');
    }
  };
  return {
    start: (): void => {
      timer = setInterval(() => {
        underWay = prune();
      }, intervalMs);
      timer.unref();
    },
    stop: (): Promise<void> => {
      stopping = true;
      clearInterval(timer);
      return underWay;
    },
  };
};
