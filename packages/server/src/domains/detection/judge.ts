import type { Clock } from '../../platform/clock.ts';
import type { Judge } from '../telemetry/index.ts';
import { dueStates } from './due-states.ts';
import { holdNodes } from './hold-nodes.ts';
import { judgeRows } from './judge-rows.ts';
import { findLost, silentMs } from './lost.ts';
import type { GpuMemory, NodeMemory } from './node-memory.ts';
import { tellNow } from './put-off.ts';
import type { RulesCache } from './rules-cache.ts';
import { writeStates } from './state-store.ts';
import type { Finding, Stepper } from './step-record.ts';
import { gateOf, type Gate, type Rules } from './switches.ts';
import type { Tell } from './tell.ts';

export interface JudgeDeps {
  readonly stepper: Stepper;
  readonly rules: Pick<RulesCache, 'current'>;
  readonly tell: Tell;
  readonly clock: Pick<Clock, 'monotonicMs' | 'nowMs'>;
  readonly newId: () => string;
  readonly threshold: number;
}

/** Some 100,000 GPUs: 200 MB. Nodes unheard of for longest are forgotten first. */
const maxNodes = 12_500;

const trim = (memory: Map<string, NodeMemory>): void => {
  for (const nodeId of memory.keys()) {
    if (memory.size <= maxNodes) return;
    memory.delete(nodeId);
  }
};

/** Judges records in line; see `Judge`, and docs/decisions/0040. */
export const createJudge = (deps: JudgeDeps): Judge => {
  const { stepper, clock, newId, threshold } = deps;
  const memory = new Map<string, NodeMemory>();
  const gatesOf =
    (rules: Rules, generation: number) =>
    (nodeId: string, gpu: GpuMemory): Gate => {
      if (gpu.gate === undefined || gpu.gateGeneration !== generation) {
        gpu.gate = gateOf(rules, stepper.model.detectors, threshold, nodeId, gpu.gpuId);
        gpu.gateGeneration = generation;
      }
      return gpu.gate;
    };
  return {
    judge: async (tx, batches) => {
      const { rules, generation } = await deps.rules.current(tx);
      const gateFor = gatesOf(rules, generation);
      const token = newId();
      const nowMs = clock.monotonicMs();
      const held = await holdNodes(tx, batches, { stepper, memory, gateFor, token, nowMs });
      const findings: Finding[] = [];
      const judgements = judgeRows(batches, { stepper, held, gateFor, nowMs }, findings);
      const lost = { stepper, gateFor, nowMs: clock.nowMs(), heardBeforeMs: nowMs - silentMs };
      for (const node of held.values()) findLost(node, lost, findings);
      const told = tellNow(held, findings);
      if (told.length > 0) await deps.tell(tx, told);
      const due = dueStates(held, stepper, nowMs);
      if (due.length > 0) await writeStates(tx, due, stepper.version);
      for (const [nodeId, node] of held) memory.set(nodeId, node);
      trim(memory);
      return judgements;
    },
    forget: (batches) => {
      for (const { gpus } of batches) for (const { nodeId } of gpus) memory.delete(nodeId);
    },
  };
};
