import { knownMetricNames } from '@gpushield/contracts';
import type { Judgement, RecordBatch } from '../telemetry/index.ts';
import { orderOf } from './judge-order.ts';
import { follow } from './load-nodes.ts';
import { addGpu, freshState, newGpuMemory, type GpuMemory, type NodeMemory } from './node-memory.ts';
import type { Finding, Stepper } from './step-record.ts';
import type { Gate } from './switches.ts';

const width = knownMetricNames.length;

export interface JudgeRowsDeps {
  readonly stepper: Stepper;
  readonly held: ReadonlyMap<string, NodeMemory>;
  readonly gateFor: (nodeId: string, gpu: GpuMemory) => Gate;
  /** Monotonic. */
  readonly nowMs: number;
}

interface Place {
  readonly node: NodeMemory;
  readonly gpu: GpuMemory;
}

/** The GPUs of a batch, in its order; undefined where the node is gone. */
const placesOf = ({ gpus }: RecordBatch, deps: JudgeRowsDeps): readonly (Place | undefined)[] => {
  const { held, stepper, nowMs } = deps;
  return gpus.map(({ gpuId, nodeId }) => {
    const node = held.get(nodeId);
    if (node === undefined) return undefined;
    const known = node.gpus.get(gpuId);
    if (known !== undefined) return { node, gpu: known };
    const gpu = newGpuMemory(gpuId, freshState(stepper.model, stepper.stateLength), nowMs);
    gpu.mustWrite = true;
    addGpu(node, gpu);
    return { node, gpu };
  });
};

/** Judges all rows in order; adds what people are told of to `findings`. */
export const judgeRows = (
  batches: readonly RecordBatch[],
  deps: JudgeRowsDeps,
  findings: Finding[],
): readonly Judgement[] => {
  const { stepper, gateFor, nowMs } = deps;
  const judgements = batches.map(({ rows }) => ({
    scores: new Float32Array(rows).fill(Number.NaN),
    reasons: new Map<number, string>(),
  }));
  const places = batches.map((batch) => placesOf(batch, deps));
  const { rows, batchOf, rowOf } = orderOf(batches);
  const record = { timestampMs: 0, values: new Float64Array(0) as Float64Array, offset: 0 };
  for (let index = 0; index < rows; index += 1) {
    const from = batchOf[index] ?? 0;
    const row = rowOf[index] ?? 0;
    const batch = batches[from];
    const judgement = judgements[from];
    const place = batch === undefined ? undefined : places[from]?.[batch.gpuOf[row] ?? 0];
    if (batch === undefined || judgement === undefined || place === undefined) continue;
    const { node, gpu } = place;
    const timestampMs = batch.timestampsMs[row] ?? 0;
    // Late, or twice: stored and not learned from. A replay must not find it behind the stored state either.
    const late = timestampMs <= stepper.model.lastMs(gpu.state);
    if (late ? timestampMs > gpu.writtenMs : timestampMs < node.latestMs) gpu.mustWrite = true;
    if (late) continue;
    record.timestampMs = timestampMs;
    record.values = batch.values;
    record.offset = row * width;
    const { score, reasons } = stepper.step(node, gpu, gateFor(node.nodeId, gpu), record, findings);
    judgement.scores[row] = score;
    if (reasons !== undefined) judgement.reasons.set(row, reasons);
    follow(node, gpu, timestampMs);
    gpu.heardMs = nowMs;
  }
  return judgements;
};
