import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from './host.ts';

const run = promisify(execFile);
const timeoutMs = 5_000;

/** Percent of the busiest of these GPUs, as nvidia-smi tells; null where it cannot be asked. */
export const gpuUtilizationOf = async (ids: readonly string[]): Promise<number | null> => {
  const program = findProgram('nvidia-smi');
  if (program === undefined) return null;
  try {
    const { stdout } = await run(
      program,
      ['--query-gpu=index,utilization.gpu', '--format=csv,noheader,nounits', `--id=${ids.join(',')}`],
      { timeout: timeoutMs },
    );
    const values = stdout
      .split('\n')
      .flatMap((line) => /,\s*(\d+)/.exec(line)?.[1] ?? [])
      .map(Number);
    return values.length === 0 ? null : Math.max(...values);
  } catch {
    return null;
  }
};
