import { backoffMs } from '../backoff.ts';
import type { Clock } from '../clock.ts';
import type { Health } from '../health.ts';
import type { SensorLogger } from '../logger.ts';

/** A loop that ran this long before it failed starts its count of failures anew. */
const calmMs = 60_000;

/** Keeps one loop running until `signal` aborts: a failure (a full disk, a fault of ours) costs a pause, not the rest. */
export const supervise = async (
  name: string,
  loop: (signal: AbortSignal) => Promise<void>,
  {
    clock,
    random,
    logger,
    health,
  }: { clock: Clock; random: () => number; logger: SensorLogger; health: Health },
  signal: AbortSignal,
): Promise<void> => {
  for (let failures = 0; !signal.aborted;) {
    const startedMs = clock.monotonicMs();
    const attempt = new AbortController();
    if (failures > 0) {
      void clock.sleep(calmMs, AbortSignal.any([attempt.signal, signal])).then(() => {
        if (!attempt.signal.aborted) health.clear(`loop.${name}`);
      });
    }
    try {
      await loop(signal);
      return;
    } catch (error) {
      attempt.abort();
      failures = clock.monotonicMs() - startedMs > calmMs ? 1 : failures + 1;
      const message = error instanceof Error ? error.message : 'unknown error';
      logger.error({ loop: name, err: error }, 'loop failed, starting it again');
      health.set(`loop.${name}`, 'degraded', `${name} failed: ${message.slice(0, 200)}`);
      await clock.sleep(backoffMs({ attempt: failures, random }), signal);
    }
  }
};
