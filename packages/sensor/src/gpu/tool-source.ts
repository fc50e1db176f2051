import type { RunCommand } from '../run-command.ts';
import type { DiscoveredGpu, GpuSource, Sample } from './source.ts';

/** A driver without persistence mode takes seconds to wake; a hung one must not hold the telemetry loop for long. */
export const toolLimits = { timeoutMs: 10_000, maxOutputBytes: 1_048_576 } as const;

/** One vendor's command line tool: what it is asked, and how its answers are read. */
export interface Tool {
  readonly vendor: DiscoveredGpu['vendor'];
  readonly program: string;
  /** Each is run; `parseGpus` gets their outputs in order. */
  readonly discovery: readonly (readonly string[])[];
  readonly parseGpus: (outputs: readonly string[]) => readonly DiscoveredGpu[];
  readonly sampling: readonly (readonly string[])[];
  readonly parseSamples: (outputs: readonly string[]) => readonly Sample[];
}

/**
 * GPUs by a vendor's tool. A tool that is not installed is no problem of its own: another way may do. While it is
 * missing or fails, it is started at discoveries only.
 */
export const createToolSource = (tool: Tool, { runCommand }: { runCommand: RunCommand }): GpuSource => {
  let works = false;
  const runAll = async (commands: readonly (readonly string[])[]) => {
    const outputs: string[] = [];
    for (const args of commands) {
      const { code, stdout, problem } = await runCommand(tool.program, args, toolLimits);
      if (code !== 0) return { outputs: null, problem: problem ?? `ended with status ${code}` };
      outputs.push(stdout);
    }
    return { outputs, problem: null };
  };
  return {
    name: `gpu.${tool.vendor}`,
    discover: async () => {
      const { outputs, problem } = await runAll(tool.discovery);
      works = outputs !== null;
      if (outputs !== null) return { gpus: tool.parseGpus(outputs), problem: null };
      return { gpus: [], problem: problem === 'is not installed' ? null : `${tool.program} ${problem}` };
    },
    sample: async () => {
      const { outputs } = works ? await runAll(tool.sampling) : { outputs: null };
      return outputs === null ? [] : tool.parseSamples(outputs);
    },
  };
};
