import type { Inventory } from '@gpushield/contracts';
import { clean } from '../clean.ts';
import type { Clock } from '../clock.ts';
import type { RunCommand } from '../run-command.ts';
import { collectDrivers } from './drivers.ts';
import { collectFiles } from './files.ts';
import { collectFirmware } from './firmware.ts';
import type { Hasher } from './hash-cache.ts';
import { collectHost } from './host.ts';
import { collectModules } from './modules.ts';
import type { Roots } from './roots.ts';
import { collectTaint } from './taint.ts';
import { collectToolkits } from './toolkits.ts';

/** The contract's bounds. */
const maxBlind = 64;
const maxBlindLength = 300;

export interface InventoryDeps {
  readonly roots: Roots;
  readonly hasher: Hasher;
  readonly runCommand: RunCommand;
  readonly clock: Clock;
  readonly fallbackHostname: string;
  readonly architecture: string;
}

/** Looks at the host once. `alsoBlind` is what other parts of the sensor cannot see, such as the kernel log. */
export const collectInventory = async (
  deps: InventoryDeps,
  {
    extraPaths,
    alsoBlind,
    signal,
  }: { extraPaths: readonly string[]; alsoBlind: readonly string[]; signal?: AbortSignal },
): Promise<Inventory> => {
  const { roots, hasher, runCommand } = deps;
  const until = signal === undefined ? {} : { signal };
  const host = await collectHost(deps);
  const release = host.kernel_release;
  const { taint, problem } = await collectTaint(roots);
  const { modules, blind: blindModules } = await collectModules({ roots, release, hasher, ...until });
  const loadedModules = modules.map(({ name }) => name);
  const firmware = await collectFirmware({ roots, release, loadedModules, hasher, runCommand, ...until });
  const extra = await collectFiles({ roots, paths: extraPaths, hasher, ...until });
  const blind = [
    ...(problem === null ? [] : [problem]),
    ...blindModules,
    ...firmware.blind,
    ...extra.blind,
    ...alsoBlind,
  ];
  return {
    collected_at: deps.clock.now().toISOString(),
    host,
    taint,
    modules,
    firmware: firmware.firmware,
    files: extra.files,
    drivers: await collectDrivers(roots, release),
    toolkits: await collectToolkits(roots, runCommand),
    blind: blind.slice(0, maxBlind).map((line) => clean(line, maxBlindLength)),
  };
};

/** Equal for two inventories that differ in nothing but when they were collected. */
export const inventoryFingerprint = (inventory: Inventory): string =>
  JSON.stringify({ ...inventory, collected_at: '' });
