import type { GpuSource } from './source.ts';

/** The first source that finds GPUs is the one that is sampled until the next discovery. All are of one vendor. */
export const createChainedSource = (first: GpuSource, ...others: readonly GpuSource[]): GpuSource => {
  let chosen = first;
  return {
    name: first.name,
    discover: async () => {
      const problems: string[] = [];
      for (const source of [first, ...others]) {
        const { gpus, problem } = await source.discover();
        if (problem !== null) problems.push(problem);
        if (gpus.length === 0) continue;
        chosen = source;
        return { gpus, problem };
      }
      return { gpus: [], problem: problems.length === 0 ? null : problems.join('; ') };
    },
    sample: () => chosen.sample(),
  };
};
