import type { Probe } from './native/probe.ts';
import type { GpuSource } from './source.ts';

/**
 * A vendor's GPUs by its library where that answers, else by the next best way (`fallback`: a command line tool or
 * sysfs). Which way is used is decided at each discovery, and kept for the samples until the next one, so that a GPU
 * keeps its name. `mayExist` says cheaply whether the vendor's driver is loaded at all: a node without it starts nothing.
 */
export const createPreferredSource = ({
  probe,
  fallback,
  mayExist,
}: {
  probe: Probe;
  fallback: GpuSource;
  mayExist: () => Promise<boolean>;
}): GpuSource => {
  let isNative = false;
  return {
    name: fallback.name,
    discover: async () => {
      if (!(await mayExist())) {
        isNative = false;
        probe.close();
        return { gpus: [], problem: null };
      }
      const gpus = await probe.discover();
      isNative = gpus !== null;
      if (gpus !== null) return { gpus, problem: null };
      const found = await fallback.discover();
      const problems = [probe.problem(), found.problem].filter((problem) => problem !== null);
      return { gpus: found.gpus, problem: problems.length === 0 ? null : problems.join('; ') };
    },
    sample: async () => (isNative ? ((await probe.sample()) ?? []) : fallback.sample()),
    takeFaults: () => probe.takeFaults(),
    close: () => probe.close(),
  };
};
