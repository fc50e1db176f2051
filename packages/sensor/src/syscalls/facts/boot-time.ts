import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { readOptional } from '../../collect/read-text.ts';
import { readJsonFile, writeJsonFile } from '../../state-file.ts';

const Kept = Type.Object({ boot_id: Type.String(), booted_at_ms: Type.Integer() });
/** The kernel's clock tick as /proc tells it. */
export const tickMs = 10;

/**
 * When this machine booted, in milliseconds since the epoch. Kept for the whole boot: a process is named after its start, and
 * a clock that is set must not make it another process.
 */
export const bootTime = async ({
  proc,
  stateDir,
  nowMs,
}: {
  readonly proc: string;
  readonly stateDir: string;
  readonly nowMs: number;
}): Promise<number> => {
  const path = join(stateDir, 'boot.json');
  const bootId = (await readOptional(join(proc, 'sys/kernel/random/boot_id'))) ?? 'unknown';
  const kept = await readJsonFile(path);
  if (Value.Check(Kept, kept) && kept.boot_id === bootId) return kept.booted_at_ms;
  const uptimeS = Number(readFileSync(join(proc, 'uptime'), 'utf8').split(' ')[0]);
  const bootedAtMs = Math.round(nowMs - (Number.isFinite(uptimeS) ? uptimeS : 0) * 1000);
  await writeJsonFile(path, { boot_id: bootId, booted_at_ms: bootedAtMs }, { sync: true });
  return bootedAtMs;
};

/** A start as the kernel tells it, on the tick that /proc would tell for it, so that both name the same process. */
export const startMs = (bootedAtMs: number, startedNs: number): number =>
  bootedAtMs + Math.floor(startedNs / 1e6 / tickMs) * tickMs;
