import { isAborted } from '../aborted.ts';
import type { Sample } from '../gpu/source.ts';
import { xidEvent } from '../kmsg/to-event.ts';
import type { LoopDeps } from './loop-deps.ts';

/** Where there is no GPU, a look now and then is enough: registration looks for new ones too. */
const withoutGpuMs = 30_000;

/**
 * Xids that the driver announced. The kernel log tells them too and with more detail, so they count only while that
 * cannot be read: one fault is one event.
 */
const spoolFaults = async ({ sources, blind, spool }: LoopDeps, timestamp: string): Promise<void> => {
  const faults = sources.flatMap((source) => source.takeFaults?.() ?? []);
  if (faults.length === 0 || (blind.get('kernel_log') ?? []).length === 0) return;
  const payload = faults.map((fault) => xidEvent(fault, timestamp));
  await spool.append({ kind: 'events', count: payload.length, payload });
};

/** Reads every GPU once per interval and spools the readings. A slow reading delays the next, they never overlap. */
export const runTelemetry = async (deps: LoopDeps, signal: AbortSignal): Promise<void> => {
  const { clock, session, sources, spool, wakes } = deps;
  while (!signal.aborted) {
    const startedMs = clock.monotonicMs();
    const samples: Sample[] = [];
    for (const source of sources) samples.push(...(await source.sample()));
    if (isAborted(signal)) return;
    const timestamp = clock.now().toISOString();
    await spoolFaults(deps, timestamp);
    const payload = samples
      .filter(({ metrics }) => Object.keys(metrics).length > 0)
      .map(({ uuid, metrics }) => ({ gpu: uuid, timestamp, metrics }));
    if (payload.length > 0) await spool.append({ kind: 'telemetry', count: payload.length, payload });
    const intervalMs = session.configuration.telemetry_interval_seconds * 1000;
    const waitMs = payload.length === 0 ? Math.max(intervalMs, withoutGpuMs) : intervalMs;
    await wakes.telemetry.wait(Math.max(0, waitMs - (clock.monotonicMs() - startedMs)), signal);
  }
};
