import { join } from 'node:path';
import { maxBulkEvents, parseGpuAtLine } from '@gpushield/contracts';
import { readOptional } from '../collect/read-text.ts';
import type { Roots } from '../collect/roots.ts';
import { markOf, type PositionFile } from '../kmsg/position.ts';
import { openKernelLog, type KernelLog } from '../kmsg/reader.ts';
import { parseKernelRecord } from '../kmsg/record.ts';
import { toKernelEvent } from '../kmsg/to-event.ts';
import type { SpooledEvent } from '../spool/payload.ts';
import type { LoopDeps } from './loop-deps.ts';

/** An Xid is in the spool about this long after the kernel told it. */
const pollMs = 500;
/** A log that cannot be read is tried again, since a container's rights may change. */
const blindRetryMs = 300_000;
/** More than a node's GPUs. */
const maxKnownUuids = 256;

export interface KernelLogDeps extends LoopDeps {
  readonly roots: Roots;
  readonly position: PositionFile;
  /** The kernel log's clock now, in milliseconds since boot. */
  readonly uptimeMs: () => number;
}

interface Reading {
  readonly log: KernelLog;
  readonly bootId: string;
  readonly uuids: Map<string, string>;
  handled: number;
}

/** Turns one pass of lines into events and spools them with their position. */
const handlePass = async (deps: KernelLogDeps, reading: Reading, lines: readonly string[]): Promise<void> => {
  const { clock, uptimeMs, spool, position, logger } = deps;
  const bootedAtMs = clock.now().getTime() - uptimeMs();
  const toWallTime = (timestampUs: number): Date => new Date(Math.round(bootedAtMs + timestampUs / 1000));
  const events: SpooledEvent[] = [];
  let last = reading.handled;
  const flush = async (): Promise<void> => {
    if (events.length === 0) return;
    const at = { boot_id: reading.bootId, sequence: last };
    logger.warn({ events: events.length, first: events[0]?.event.title }, 'kernel log tells of GPU faults');
    await spool.append({ kind: 'events', count: events.length, payload: events.splice(0), mark: markOf(at) });
    reading.handled = last;
    await position.save(at);
  };
  for (const line of lines) {
    const record = parseKernelRecord(line);
    if (record === null) continue;
    const gpu = parseGpuAtLine(record.message);
    if (gpu !== null && reading.uuids.size < maxKnownUuids) reading.uuids.set(gpu.pciAddress, gpu.uuid);
    const event =
      record.sequence > reading.handled ? toKernelEvent(record, { uuids: reading.uuids, toWallTime }) : null;
    if (event === null) continue;
    events.push(event);
    last = record.sequence;
    if (events.length >= maxBulkEvents) await flush();
  }
  await flush();
};

const readUntilDisabled = async (
  deps: KernelLogDeps,
  reading: Reading,
  signal: AbortSignal,
): Promise<void> => {
  const { session, clock, logger, health } = deps;
  while (!signal.aborted && session.configuration.kernel_log_enabled) {
    const { lines, overruns, isDrained } = await reading.log.read();
    if (overruns > 0) {
      logger.warn({ overruns }, 'the kernel log was overwritten before it was read');
      health.set(
        'kernel_log',
        'degraded',
        'the kernel log was overwritten before it was read: GPU faults may be missing',
      );
    }
    await handlePass(deps, reading, lines);
    if (isDrained) await clock.sleep(pollMs, signal);
  }
};

/** Follows the kernel log from where the last run ended, while the configuration wants it. */
export const runKernelLog = async (deps: KernelLogDeps, signal: AbortSignal): Promise<void> => {
  const { roots, position, session, clock, blind, logger } = deps;
  while (!signal.aborted) {
    if (!session.configuration.kernel_log_enabled) {
      blind.set('kernel_log', ['kernel log: switched off by the configuration']);
      await clock.sleep(pollMs, signal);
      continue;
    }
    const opened = await openKernelLog(join(roots.dev, 'kmsg'));
    blind.set('kernel_log', 'problem' in opened ? [opened.problem] : []);
    if ('problem' in opened) {
      logger.warn({ problem: opened.problem }, 'the kernel log cannot be read');
      await clock.sleep(blindRetryMs, signal);
      continue;
    }
    const bootId = (await readOptional(join(roots.proc, 'sys/kernel/random/boot_id'))) ?? 'unknown';
    const reading: Reading = {
      log: opened.log,
      bootId,
      uuids: new Map(),
      handled: await position.load(bootId),
    };
    await readUntilDisabled(deps, reading, signal).finally(() => opened.log.close());
  }
};
