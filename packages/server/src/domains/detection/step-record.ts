import { hysteresisSlots, hysteresisVersion, takeScore, type Turn } from './hysteresis.ts';
import type { DetectorModel, Reason } from './model.ts';
import type { GpuMemory, NodeMemory } from './node-memory.ts';
import { at } from './detectors/numbers.ts';
import { picture } from './detectors/picture.ts';
import { isJudged, type Gate } from './switches.ts';

/** A GPU is not judged until it was observed for this long, s: baselines of seconds know nothing. */
export const warmUpS = 120;

/** Something about one GPU's detector that people are told of. */
export interface Finding {
  readonly nodeId: string;
  readonly gpuId: string;
  readonly turn: Exclude<Turn, 'quiet'>;
  readonly detector: string;
  readonly score: number;
  readonly timestampMs: number;
  readonly reasons: readonly Reason[];
}

export interface Stepped {
  /** NaN: not judged. */
  score: number;
  /** JSON of the reasons, at or above the threshold. */
  reasons: string | undefined;
}

/** The model and the hysteresis as one: what the states in memory and in the database are of. */
export interface Stepper {
  readonly model: DetectorModel;
  readonly version: number;
  readonly stateLength: number;
  /**
   * Learns from one record, later than the last one of its GPU, and scores it; adds what people are told of to
   * `findings`. What it answers is good until the next call.
   */
  step(
    node: NodeMemory,
    gpu: GpuMemory,
    gate: Gate,
    record: { timestampMs: number; values: Float64Array; offset: number },
    findings: Finding[],
  ): Readonly<Stepped>;
}

export const createStepper = (model: DetectorModel): Stepper => {
  const detectors = model.detectors.length;
  const scores = new Float32Array(detectors);
  const base = model.stateLength;
  const noValues: Float64Array = new Float64Array(0);
  const input = { timestampMs: 0, values: noValues, offset: 0, peers: [] as readonly Float64Array[] };
  const stepped: Stepped = { score: Number.NaN, reasons: undefined };
  return {
    model,
    version: model.version * 1000 + hysteresisVersion,
    // The last number: when people were told that the GPU fell silent; 0: not.
    stateLength: base + hysteresisSlots(detectors) + 1,
    step(node, gpu, gate, record, findings) {
      const { state } = gpu;
      input.timestampMs = record.timestampMs;
      input.values = record.values;
      input.offset = record.offset;
      input.peers = gpu.peers;
      model.step(state, input, scores);
      const judged = isJudged(gate, record.timestampMs) && at(state, picture.observedS) >= warmUpS;
      let most = 0;
      let explained: readonly Reason[] | undefined;
      for (let index = 0; index < detectors; index += 1) {
        const score = scores[index] ?? 0;
        const counts = judged && gate.off[index] !== 1;
        if (counts && score > most) most = score;
        const turn = takeScore(state, base, index, score, gate.threshold, record.timestampMs, counts);
        if (turn === 'quiet') continue;
        explained ??= model.explain(state, input, scores);
        const detector = model.detectors[index] ?? '';
        findings.push({
          nodeId: node.nodeId,
          gpuId: gpu.gpuId,
          turn,
          detector,
          score,
          timestampMs: record.timestampMs,
          reasons: explained.filter((reason) => reason.detector === detector),
        });
        gpu.mustWrite = true;
      }
      stepped.score = judged ? most : Number.NaN;
      stepped.reasons =
        judged && most >= gate.threshold
          ? JSON.stringify(explained ?? model.explain(state, input, scores))
          : undefined;
      return stepped;
    },
  };
};
