import type { DetectorModel, Reason, StepInput } from '../model.ts';
import { maxStepS, type Detector, type Frame } from './detector.ts';
import { eccOff } from './ecc-off.ts';
import { ecc } from './ecc.ts';
import { fan } from './fan.ts';
import { frozenSensor } from './frozen-sensor.ts';
import { heat } from './heat.ts';
import { hiddenProcess } from './hidden-process.ts';
import { impossible } from './impossible.ts';
import { memoryLeak } from './memory-leak.ts';
import { mining } from './mining.ts';
import { at, ramp } from './numbers.ts';
import { pcieLink } from './pcie-link.ts';
import { createPeerDivergence } from './peer-divergence.ts';
import { initPicture, picture, pictureSlots, updatePicture } from './picture.ts';
import { powerWithoutWork } from './power-without-work.ts';
import { rowRemap } from './row-remap.ts';
import { throttling } from './throttling.ts';
import { workWithoutPower } from './work-without-power.ts';

/** Raised with every change of the slots or of what they mean. */
const version = 1;
/** Between these scores of the record before, baselines stop learning. */
const doubtFrom = 0.3;
const doubtFully = 0.7;
const leastTrust = 0.03;
/** Reasons are given for detectors that score at least this. */
const worthSaying = 0.4;

const createDetectors = (): readonly Detector[] => [
  mining,
  powerWithoutWork,
  workWithoutPower,
  hiddenProcess,
  heat,
  fan,
  throttling,
  memoryLeak,
  ecc,
  eccOff,
  rowRemap,
  pcieLink,
  impossible,
  frozenSensor,
  createPeerDivergence(),
];

const noValues = new Float64Array(0);
const newFrame = (): Frame => ({
  timestampMs: 0,
  values: noValues,
  offset: 0,
  peers: [],
  dtS: 0,
  trust: 1,
  fullPower: NaN,
});

const fill = (frame: Frame, state: Float64Array, input: StepInput): void => {
  const lastMs = at(state, picture.lastMs);
  const passedS = lastMs === 0 ? 0 : (input.timestampMs - lastMs) / 1000;
  frame.timestampMs = input.timestampMs;
  frame.values = input.values;
  frame.offset = input.offset;
  frame.peers = input.peers;
  frame.dtS = passedS > 0 ? Math.min(maxStepS, passedS) : 0;
  frame.trust = 1 - (1 - leastTrust) * ramp(at(state, picture.suspicion), doubtFrom, doubtFully);
};

/**
 * The detectors of GPUShield as one model; docs/operations/detection.md tells each. One model serves all GPUs of a process,
 * one record after the other.
 */
export const createDetectorModel = (): DetectorModel => {
  const detectors = createDetectors();
  const bases: number[] = [];
  let stateLength: number = pictureSlots;
  for (const { slots } of detectors) {
    bases.push(stateLength);
    stateLength += slots;
  }
  const frame = newFrame();
  return {
    version,
    stateLength,
    detectors: detectors.map(({ name }) => name),
    initial() {
      const state = new Float64Array(stateLength);
      initPicture(state);
      detectors.forEach((detector, index) => detector.init?.(state, bases[index] ?? 0));
      return state;
    },
    lastMs: (state) => at(state, picture.lastMs),
    step(state, input, scores) {
      fill(frame, state, input);
      state[picture.lastMs] = input.timestampMs;
      updatePicture(state, frame);
      let suspicion = 0;
      for (let index = 0; index < detectors.length; index += 1) {
        const detector = detectors[index];
        if (detector === undefined) continue;
        const raw = detector.step(state, bases[index] ?? 0, frame);
        const score = raw >= 1 ? 1 : raw > 0 ? raw : 0;
        scores[index] = score;
        if (detector.distrusts && score > suspicion) suspicion = score;
      }
      state[picture.suspicion] = suspicion;
    },
    explain(state, input, scores) {
      fill(frame, state, input);
      const known = at(state, picture.powerLimit);
      frame.fullPower = known > 0 ? known : at(state, picture.mostPower);
      const said: { readonly score: number; readonly reason: Reason }[] = [];
      detectors.forEach((detector, index) => {
        const score = scores[index] ?? 0;
        if (score >= worthSaying)
          said.push({ score, reason: detector.explain(state, bases[index] ?? 0, frame) });
      });
      return said.sort((a, b) => b.score - a.score).map(({ reason }) => reason);
    },
  };
};
