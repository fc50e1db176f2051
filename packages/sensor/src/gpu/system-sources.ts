import type { fork as nodeFork } from 'node:child_process';
import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Roots } from '../collect/roots.ts';
import type { RunCommand } from '../run-command.ts';
import { amdSmi } from './amd-smi.ts';
import { createAmdSysfsSource } from './amd-sysfs.ts';
import { createChainedSource } from './chained-source.ts';
import { findDrmCards } from './drm-cards.ts';
import { createIntelSysfsSource } from './intel-sysfs.ts';
import { libraryCandidates, libraryNames, type Vendor } from './native/libraries.ts';
import { createProbe, type Probe } from './native/probe.ts';
import { createNvidiaSmiSource } from './nvidia-smi.ts';
import { createScrapeSource } from './prometheus/scrape-source.ts';
import { createPreferredSource } from './preferred-source.ts';
import { rocmSmi } from './rocm-smi.ts';
import type { GpuSource } from './source.ts';
import { createToolSource } from './tool-source.ts';
import { createXpuSmiSource } from './xpu-smi.ts';

export interface SystemSourceDeps {
  readonly roots: Roots;
  readonly runCommand: RunCommand;
  readonly fork: typeof nodeFork;
  readonly monotonicMs: () => number;
  /** Other places of the vendors' libraries, for tests; what a vendor's library is called otherwise. */
  readonly libraries?: Partial<Readonly<Record<Vendor, readonly string[]>>>;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The probe gets no environment but the locale: no library path of the caller's decides what it loads. */
const probeOf = ({ fork, monotonicMs, libraries }: SystemSourceDeps, vendor: Vendor): Probe =>
  createProbe({
    name: libraryNames[vendor],
    monotonicMs,
    start: () =>
      fork(
        join(import.meta.dirname, 'native/probe-child.ts'),
        [vendor, ...(libraries?.[vendor] ?? libraryCandidates[vendor])],
        { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], env: { LC_ALL: 'C' }, execArgv: [] },
      ),
  });

/**
 * One source per vendor, each by the best way that works on this machine: the vendor's library (NVML, ROCm SMI, Level
 * Zero Sysman), else its command line tool, else what the kernel's driver shows in sysfs.
 */
export const systemSources = (deps: SystemSourceDeps): readonly GpuSource[] => {
  const { roots, runCommand } = deps;
  const hasCards = async (vendorId: string): Promise<boolean> =>
    (await findDrmCards(roots, vendorId)).length > 0;
  const hasAccelerators = async (): Promise<boolean> =>
    (await readdir(join(roots.sys, 'class/accel')).catch((): string[] => [])).length > 0;
  return [
    createPreferredSource({
      probe: probeOf(deps, 'nvidia'),
      fallback: createNvidiaSmiSource(deps),
      mayExist: () => exists(join(roots.proc, 'driver/nvidia')),
    }),
    createPreferredSource({
      probe: probeOf(deps, 'amd'),
      fallback: createChainedSource(
        createToolSource(amdSmi, { runCommand }),
        createToolSource(rocmSmi, { runCommand }),
        createAmdSysfsSource({ roots }),
      ),
      mayExist: async () => (await exists(join(roots.dev, 'kfd'))) || (await hasCards('0x1002')),
    }),
    createPreferredSource({
      probe: probeOf(deps, 'intel'),
      fallback: createChainedSource(createXpuSmiSource({ runCommand }), createIntelSysfsSource({ roots })),
      mayExist: async () => (await hasCards('0x8086')) || (await hasAccelerators()),
    }),
  ];
};

/**
 * The machine's own sources, then one for each exporter. A GPU that two of them see is reported by the first: names
 * are remembered from the discoveries, which run in this order.
 */
export const withExporters = (
  own: readonly GpuSource[],
  { urls, fetch }: { urls: readonly string[]; fetch: typeof globalThis.fetch },
): readonly GpuSource[] => {
  if (urls.length === 0) return own;
  const seenBy = new Map<string, number>();
  const remember = (source: GpuSource, place: number): GpuSource => ({
    ...source,
    discover: async () => {
      const found = await source.discover();
      for (const [uuid, owner] of seenBy) if (owner === place) seenBy.delete(uuid);
      for (const { uuid } of found.gpus) if (!seenBy.has(uuid)) seenBy.set(uuid, place);
      return found;
    },
  });
  const exporters = urls.map((url, index) => {
    const place = own.length + index;
    return createScrapeSource({ url, fetch, isTaken: (uuid) => (seenBy.get(uuid) ?? place) !== place });
  });
  return [...own, ...exporters].map(remember);
};
