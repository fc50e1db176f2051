import * as anomalies from './anomalies.ts';
import type { ScenarioMaker } from './demand.ts';
import * as honest from './honest.ts';

export interface ScenarioInfo {
  readonly make: ScenarioMaker;
  readonly about: string;
  /** Honest work must raise nothing; an attack or a fault has to be found. */
  readonly kind: 'honest' | 'attack' | 'fault';
  /** `held_out`: detectors were never tuned on it; the bench judges by these. */
  readonly set: 'tuning' | 'held_out';
  /** Families of detection of which one has to say so. */
  readonly finds: readonly string[];
}

const work = (set: ScenarioInfo['set'], make: ScenarioMaker, about: string): ScenarioInfo => ({
  make,
  about,
  set,
  kind: 'honest',
  finds: [],
});
const attack = (set: ScenarioInfo['set'], make: ScenarioMaker, about: string): ScenarioInfo => ({
  make,
  about,
  set,
  kind: 'attack',
  finds: ['abuse'],
});
const fault = (
  set: ScenarioInfo['set'],
  make: ScenarioMaker,
  about: string,
  finds: readonly string[],
): ScenarioInfo => ({ make, about, set, kind: 'fault', finds });

/** Everything that a simulated GPU can do, by name. */
export const scenarios = {
  idle: work('tuning', honest.idle, 'nothing, with a kernel now and then'),
  training: work('tuning', honest.training, 'training with checkpoints and stalls for data'),
  inference: work('tuning', honest.inference, 'requests, busier by day'),
  rendering: work('tuning', honest.rendering, 'frames of minutes, scenes loaded between them'),
  fft: work('tuning', honest.fft, 'a steady benchmark bound by memory bandwidth'),
  notebook: work('tuning', honest.notebook, 'somebody at a notebook'),
  'molecular-dynamics': work('held_out', honest.molecularDynamics, 'hours of near-constant simulation'),
  transcoding: work('held_out', honest.transcoding, 'video streams in and out'),
  'fine-tuning': work('held_out', honest.fineTuning, 'a queue of small training jobs'),
  stencil: work('held_out', honest.stencil, 'a weather code over several GPUs'),
  'settings-search': work('held_out', honest.settingsSearch, 'short runs of many sizes'),
  mining: attack('tuning', anomalies.miningFull, 'cryptomining at full intensity'),
  'mining-low': attack('tuning', anomalies.miningLow, 'cryptomining at a third of the GPU, to stay unseen'),
  'mining-bursts': attack('held_out', anomalies.miningInBursts, 'cryptomining with pauses'),
  'mining-memory-hard': attack('held_out', anomalies.miningMemoryHard, 'cryptomining bound by memory'),
  'hidden-work': attack('held_out', anomalies.hiddenWork, 'work that the utilisation counter does not show'),
  overheating: fault('tuning', anomalies.overheating, 'cooling that gets worse over minutes', ['cooling']),
  'ecc-storm': fault('tuning', anomalies.eccStorm, 'corrected memory errors without end', ['memory']),
  'memory-leak': fault('tuning', anomalies.memoryLeak, 'memory that fills within hours', ['leak']),
  'dying-fan': fault('tuning', anomalies.dyingFan, 'a fan that slows down (cards with fans)', ['cooling']),
  throttling: fault('tuning', anomalies.throttling, 'a GPU that slows down for heat', ['cooling']),
  failing: fault('tuning', anomalies.failing, 'uncorrectable errors, then it falls off the bus', [
    'memory',
    'lost',
  ]),
  'cooling-stops': fault('held_out', anomalies.coolingStops, 'a pump or fan wall that stops', ['cooling']),
  'ecc-bursts': fault('held_out', anomalies.eccBursts, 'memory errors in bursts, rows remapped', ['memory']),
  'ecc-off': fault('held_out', anomalies.eccSwitchedOff, 'error correction switched off', ['memory']),
  'link-fails': fault('held_out', anomalies.linkFails, 'a PCIe link that repeats itself', ['link']),
  'power-brake': fault('held_out', anomalies.powerBrake, 'a node held down by its power supply', [
    'cooling',
    'performance',
  ]),
  'leak-under-cache': fault(
    'held_out',
    anomalies.leakUnderCache,
    'a leak under a cache that fills and empties',
    ['leak'],
  ),
} as const satisfies Record<string, ScenarioInfo>;
export type ScenarioName = keyof typeof scenarios;
export const scenarioNames = Object.keys(scenarios) as readonly ScenarioName[];
export const isScenarioName = (name: string): name is ScenarioName => Object.hasOwn(scenarios, name);
