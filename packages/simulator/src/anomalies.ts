import type { Fault, Moment, Scenario, ScenarioMaker } from './demand.ts';
import { inference, training } from './honest.ts';

/* What goes wrong. A fault lies over honest work; an attack takes its place. */

const withFault =
  (
    make: ScenarioMaker,
    faultOf: (tS: number, stepS: number) => Fault,
    change?: (m: Moment) => Partial<Moment>,
  ): ScenarioMaker =>
  (random) => {
    const work: Scenario = make(random);
    return (tS, stepS, noise) => {
      const moment = work(tS + 40, stepS, noise);
      return { ...moment, ...change?.(moment), fault: faultOf(tS, stepS) };
    };
  };

const mining =
  (low: number, high: number): ScenarioMaker =>
  (random) => {
    const intensity = random.between(low, high);
    const memory = random.between(0.03, 0.12);
    const depth = random.between(0.65, 0.85);
    return (_tS, _stepS, noise) => ({
      busy: Math.min(1, intensity * noise.between(0.97, 1.03)),
      load: depth * intensity * (1 + 0.06 * noise.normal()),
      bandwidth: 0.6 * intensity,
      memory,
      pcie: 2e6,
    });
  };
export const miningFull = mining(0.9, 1);
export const miningLow = mining(0.18, 0.4);

export const overheating = withFault(training, (tS) => ({ extraHeat: Math.min(40, tS / 20) }));
export const eccStorm = withFault(training, (_tS, stepS) => ({ corrected: Math.round(stepS * 0.2) + 1 }));
export const memoryLeak: ScenarioMaker = (random) => {
  const perHour = random.between(0.15, 0.4);
  const work = inference(random);
  return (tS, stepS, noise) => ({
    ...work(tS, stepS, noise),
    memory: Math.min(0.995, 0.3 + (perHour * tS) / 3600),
  });
};
export const dyingFan = withFault(inference, (tS) => ({
  fanLeft: Math.max(0.05, 1 - tS / 600),
  extraHeat: Math.min(25, tS / 40),
}));
export const throttling = withFault(
  training,
  () => ({ throttleThermal: true, extraHeat: 22 }),
  (moment) => ({ clock: 0.5, load: (moment.load ?? moment.busy) * 0.5 }),
);
/** Memory gives up: uncorrectable errors, rows remapped, then the GPU is gone. */
export const failing = withFault(training, (tS, stepS) => ({
  uncorrected: Math.floor(tS / 300) > Math.floor((tS - stepS) / 300) ? 1 : 0,
  remappedUncorrectable: Math.floor(tS / 600) > Math.floor((tS - stepS) / 600) ? 1 : 0,
  gone: tS > 2400,
}));

// ---- held out: never looked at while detectors were made ---------------------------------------------------------

/** A miner that pauses to look like somebody's work: minutes on, a short pause, another intensity. */
export const miningInBursts: ScenarioMaker = (random) => {
  const on = random.between(1200, 2400);
  const off = random.between(60, 240);
  let intensity = random.between(0.5, 1);
  return (tS, _stepS, noise) => {
    if (tS % (on + off) > on) {
      intensity = noise.between(0.5, 1);
      return { busy: 0, load: 0, memory: 0.06 };
    }
    return {
      busy: intensity,
      load: 0.75 * intensity * (1 + 0.05 * noise.normal()),
      bandwidth: 0.5,
      memory: 0.06,
      pcie: 2e6,
    };
  };
};
/** A memory-hard coin: a large table that never changes, memory at its bandwidth, the core half asleep. */
export const miningMemoryHard: ScenarioMaker = (random) => {
  const busy = random.between(0.85, 1);
  const memory = random.between(0.1, 0.3);
  return (_tS, _stepS, noise) => ({
    busy: busy * noise.between(0.98, 1),
    load: 0.42 * (1 + 0.04 * noise.normal()),
    bandwidth: 0.95,
    memory,
    clock: 0.65,
    pcie: 4e6,
  });
};
/** Work that the utilisation counter is made not to show. */
export const hiddenWork: ScenarioMaker = (random) => {
  const load = random.between(0.5, 0.9);
  return (_tS, _stepS, noise) => ({
    busy: 0.9,
    load: load * (1 + 0.05 * noise.normal()),
    memory: 0.1,
    pcie: 2e7,
    fault: { override: { gpu_utilization: 0, process_count: 0 } },
  });
};
/** A pump or a fan wall stops: hot within two minutes. */
export const coolingStops = withFault(training, (tS) => ({ extraHeat: 45 * (1 - Math.exp(-tS / 90)) }));
/** Corrected errors in bursts, quiet between them, and rows remapped on the way. */
export const eccBursts = withFault(training, (tS, stepS) => ({
  corrected: tS % 900 < 120 ? Math.ceil(stepS * 0.5) : 0,
  remappedCorrectable: Math.floor(tS / 900) > Math.floor((tS - stepS) / 900) ? 1 : 0,
}));
/** Somebody turns error correction off, as hammering rows needs. */
export const eccSwitchedOff = withFault(inference, () => ({ eccOff: true }));
/** A riser loses contact: replays by the hundred. */
export const linkFails = withFault(training, (_tS, stepS) => ({ replays: Math.round(stepS * 0.4) + 1 }));
/** A power supply holds the node down: braked far below the GPU's own limit. */
export const powerBrake = withFault(
  training,
  () => ({ throttlePower: true }),
  (moment) => ({ clock: 0.45, load: Math.min(0.3, (moment.load ?? moment.busy) * 0.4) }),
);
/** A leak under a cache that fills and empties: the floor rises. */
export const leakUnderCache: ScenarioMaker = (random) => {
  const work = inference(random);
  const perHour = random.between(0.12, 0.25);
  return (tS, stepS, noise) => ({
    ...work(tS, stepS, noise),
    memory: Math.min(0.99, 0.25 + (perHour * tS) / 3600 + (0.05 * (tS % 300)) / 300),
  });
};
