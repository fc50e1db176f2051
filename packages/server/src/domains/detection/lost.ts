import { at } from './detectors/numbers.ts';
import { say, saySpan } from './detectors/metrics.ts';
import { picture } from './detectors/picture.ts';
import { lostDetector } from './families.ts';
import type { GpuMemory, NodeMemory } from './node-memory.ts';
import type { Finding, Stepper } from './step-record.ts';
import { isJudged, type Gate } from './switches.ts';

/** A GPU that fell off the bus sends no record to judge: it is found by the records of its neighbours. */
export const silentMs = 120_000;
const silentIntervals = 6;
/** It must have spoken for this long before, s. */
const knownS = 600;
/** What comes late, from a sensor's spool, may come one GPU after the other: only the present is judged. */
const presentMs = 120_000;

export interface LostDeps {
  readonly stepper: Stepper;
  readonly gateFor: (nodeId: string, gpu: GpuMemory) => Gate;
  /** Wall time. */
  readonly nowMs: number;
  /** Monotonic: nothing was heard of a silent GPU since then. */
  readonly heardBeforeMs: number;
}

const isSilent = (node: NodeMemory, gpu: GpuMemory, deps: LostDeps): boolean => {
  const { state } = gpu;
  const silence = node.latestMs - deps.stepper.model.lastMs(state);
  const usual = at(state, picture.intervalS) * 1000;
  return (
    gpu.heardMs < deps.heardBeforeMs &&
    silence > Math.max(silentMs, silentIntervals * (usual > 0 ? usual : 0)) &&
    at(state, picture.observedS) >= knownS &&
    isJudged(deps.gateFor(node.nodeId, gpu), node.latestMs)
  );
};

/** Adds what is to be told of GPUs that fell silent, or speak again. */
export const findLost = (node: NodeMemory, deps: LostDeps, findings: Finding[]): void => {
  if (deps.nowMs - node.latestMs > presentMs || node.gpus.size < 2) return;
  const slot = deps.stepper.stateLength - 1;
  for (const gpu of node.gpus.values()) {
    const toldMs = at(gpu.state, slot);
    const lastMs = deps.stepper.model.lastMs(gpu.state);
    const begins = toldMs === 0 && isSilent(node, gpu, deps);
    if (!begins && !(toldMs > 0 && lastMs > toldMs)) continue;
    gpu.state[slot] = begins ? node.latestMs : 0;
    gpu.mustWrite = true;
    const silentS = (node.latestMs - lastMs) / 1000;
    findings.push({
      nodeId: node.nodeId,
      gpuId: gpu.gpuId,
      turn: begins ? 'began' : 'ended',
      detector: lostDetector,
      score: begins ? 1 : 0,
      timestampMs: node.latestMs,
      reasons: [
        {
          detector: lostDetector,
          metric: 'gpu_utilization',
          observed: silentS,
          expected: at(gpu.state, picture.intervalS),
          unit: 's',
          text: `No record for ${saySpan(silentS)} while the node's other GPUs go on; it sent one each ${say(at(gpu.state, picture.intervalS), 's')}: fallen off the bus, or its sensor is stopped`,
        },
      ],
    });
  }
};
