import { isAborted } from '../aborted.ts';
import { inventoryFingerprint } from '../collect/inventory.ts';
import type { Inventory } from '@gpushield/contracts';
import type { LoopDeps } from './loop-deps.ts';

/** An unchanged inventory is reported again after this long, so that the server can tell silence from sameness. */
export const reportEveryMs = 900_000;
/** The first look waits this long for the first registration, whose configuration may name further files. */
const firstWaitMs = 10_000;

export type Collect = (
  extraPaths: readonly string[],
  alsoBlind: readonly string[],
  signal: AbortSignal,
) => Promise<Inventory>;

/** Looks at the host at start and at each interval; reports what changed. */
export const runInventory = async (deps: LoopDeps, collect: Collect, signal: AbortSignal): Promise<void> => {
  const { clock, session, spool, wakes, blind, logger } = deps;
  let last: { fingerprint: string; atMs: number; sensorId: string | undefined } | undefined;
  if (session.identity === undefined) await wakes.inventory.wait(firstWaitMs, signal);
  while (!signal.aborted) {
    const startedMs = clock.monotonicMs();
    const inventory = await collect(
      session.configuration.extra_integrity_paths,
      [...blind.values()].flat(),
      signal,
    );
    if (isAborted(signal)) return;
    const fingerprint = inventoryFingerprint(inventory);
    const sensorId = session.identity?.sensor_id;
    const isDue = last === undefined || startedMs - last.atMs >= reportEveryMs;
    if (isDue || last?.fingerprint !== fingerprint || last.sensorId !== sensorId) {
      const { modules, firmware, files } = inventory;
      logger.info(
        { modules: modules.length, firmware: firmware.length, files: files.length },
        'inventory collected',
      );
      await spool.append({ kind: 'inventory', count: 1, payload: inventory });
      last = { fingerprint, atMs: startedMs, sensorId };
    }
    const intervalMs = session.configuration.integrity_interval_seconds * 1000;
    await wakes.inventory.wait(Math.max(0, intervalMs - (clock.monotonicMs() - startedMs)), signal);
  }
};
