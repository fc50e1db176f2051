import type { Scenario, ScenarioMaker } from './demand.ts';

/* What GPUs are bought for. Sizes, periods and habits are drawn for each run. */

const rest = { busy: 0, load: 0 } as const;

export const idle: ScenarioMaker = (random) => {
  const every = random.between(600, 2400);
  return (tS) => (tS % every < 6 ? { busy: 0.25, load: 0.1 } : rest);
};

export const training: ScenarioMaker = (random) => {
  const memory = random.between(0.55, 0.93);
  const checkpoint = random.between(900, 2400);
  const depth = random.between(0.7, 0.95);
  const traffic = random.between(3e8, 2e9);
  const stalls = random.between(0.1, 0.25);
  return (tS, _stepS, noise) => {
    if (tS < 40) return { busy: 0.05, load: 0.07, memory: (memory * tS) / 40, pcie: 4e9 };
    if (tS % checkpoint > checkpoint - 30) return { busy: 0.03, load: 0.09, memory, pcie: 7e9 };
    const busy = noise.unit() < stalls ? noise.between(0.1, 0.5) : noise.between(0.88, 1);
    const tensor = busy * noise.between(0.35, 0.5);
    return {
      busy,
      load: busy * depth * noise.between(0.85, 1),
      tensor,
      bandwidth: busy * 0.5,
      memory,
      pcie: traffic,
      nvlink: 2e10 * busy,
    };
  };
};

export const inference: ScenarioMaker = (random) => {
  const day = random.between(3600, 14_400);
  const memory = random.between(0.6, 0.92);
  const top = random.between(0.4, 0.95);
  return (tS, _stepS, noise) => {
    const wave = 0.5 + 0.4 * Math.sin((tS / day) * 2 * Math.PI);
    const busy = Math.max(0, top * wave * noise.between(0.3, 1.4));
    return {
      busy,
      load: 0.7 * busy,
      tensor: 0.25 * busy,
      bandwidth: 0.6 * busy,
      memory,
      pcie: 1.5e8 * (0.2 + busy),
    };
  };
};

export const rendering: ScenarioMaker = (random) => {
  const frame = random.between(90, 400);
  const memory = random.between(0.2, 0.6);
  return (tS, _stepS, noise) =>
    tS % frame < 15
      ? { busy: 0.05, load: 0.07, memory: memory * 0.6, pcie: 3e9 }
      : {
          busy: noise.between(0.94, 1),
          load: 0.65 + 0.1 * Math.sin(tS / 9),
          bandwidth: 0.4,
          memory,
          pcie: 4e7,
        };
};

export const fft: ScenarioMaker = (random) => {
  const every = random.between(60, 240);
  return (tS, stepS, noise) => {
    // Counters of traffic are averages of their interval: results are written for six seconds now and then.
    const written = Math.floor(tS / every) - Math.floor((tS - stepS) / every);
    return {
      busy: noise.between(0.96, 1),
      load: noise.between(0.55, 0.65),
      bandwidth: noise.between(0.75, 0.9),
      memory: 0.5,
      pcie: 1.2e8 + written * 6e9 * Math.min(1, 6 / Math.max(1, stepS)),
    };
  };
};

/** Somebody at a notebook: cells of seconds to minutes, thought between them, memory that stays. */
export const notebook: ScenarioMaker = (random) => {
  let until = 0;
  let runs = false;
  let memory = 0.02;
  let depth = 0.5;
  return (tS, _stepS, noise) => {
    if (tS >= until) {
      runs = !runs && noise.unit() < 0.7;
      until = tS + (runs ? noise.between(5, 200) : noise.between(20, 900));
      depth = noise.between(0.2, 0.9);
      if (runs) memory = Math.min(0.8, noise.unit() < 0.1 ? 0.05 : memory + noise.between(0, 0.08));
    }
    if (!runs) return { busy: 0, load: 0.08 * random.unit() * (memory > 0.05 ? 1 : 0), memory };
    return { busy: depth, load: 0.8 * depth, tensor: 0.2 * depth, memory, pcie: 3e8 };
  };
};

// ---- held out: never looked at while detectors were made ---------------------------------------------------------

/** Molecular dynamics: hours of near-constant work without tensor pipes, forces exchanged with the host each step. */
export const molecularDynamics: ScenarioMaker = (random) => {
  const busy = random.between(0.8, 0.97);
  const pcie = random.between(7e8, 3e9);
  return (tS, _stepS, noise) => ({
    busy: busy + noise.between(-0.02, 0.02),
    load: busy * noise.between(0.58, 0.66),
    bandwidth: 0.35,
    memory: 0.03,
    pcie: tS % 600 < 5 ? 4e9 : pcie,
  });
};

/** Transcoding: moderate, uneven, streams in and out. */
export const transcoding: ScenarioMaker = (random) => {
  const streams = random.between(0.2, 0.6);
  return (tS, _stepS, noise) => {
    const busy = streams * (0.8 + 0.3 * Math.sin(tS / 700)) * noise.between(0.75, 1.25);
    return {
      busy,
      load: 0.35 * busy,
      bandwidth: 0.3 * busy,
      memory: 0.15,
      pcie: 2.5e8 * noise.between(0.6, 1.4),
    };
  };
};

/** Fine-tuning jobs of a queue: minutes to an hour each, another size each time, evaluation at the end of each. */
export const fineTuning: ScenarioMaker = (random) => {
  let from = 0;
  let length = random.between(600, 3600);
  let memory = random.between(0.3, 0.9);
  return (tS, _stepS, noise) => {
    if (tS - from > length + 120) {
      from = tS;
      length = noise.between(600, 3600);
      memory = noise.between(0.3, 0.9);
    }
    const age = tS - from;
    if (age > length) return rest;
    if (age < 25) return { busy: 0.04, load: 0.06, memory: (memory * age) / 25, pcie: 5e9 };
    const evaluates = age > length * 0.9;
    const busy = evaluates ? noise.between(0.3, 0.7) : noise.between(0.75, 1);
    return { busy, load: 0.75 * busy, tensor: 0.35 * busy, bandwidth: 0.45 * busy, memory, pcie: 4e8 };
  };
};

/** A weather code over MPI: time steps, halo exchange over NVLink or PCIe, output each quarter of an hour. */
export const stencil: ScenarioMaker = (random) => {
  const output = random.between(600, 1200);
  const period = random.between(20, 60);
  return (tS, _stepS, noise) => {
    if (tS % output < 20) return { busy: 0.1, load: 0.12, memory: 0.7, pcie: 8e9 };
    const swing = 0.75 + 0.2 * Math.sin((tS / period) * 2 * Math.PI);
    return {
      busy: swing,
      load: 0.6 * swing,
      bandwidth: 0.7 * swing,
      memory: 0.7,
      pcie: 9e8 * noise.between(0.8, 1.2),
      nvlink: 5e9,
    };
  };
};

/** A search over settings: short runs, each of another size, dozens a day, with gaps for bookkeeping. */
export const settingsSearch: ScenarioMaker = (random) => {
  const runS = random.between(200, 900);
  const gapS = random.between(10, 60);
  const largest = random.between(0.4, 0.9);
  return (tS, _stepS, noise) => {
    const run = Math.floor(tS / (runS + gapS));
    const memory = largest * (0.4 + 0.6 * ((run * 0.618) % 1));
    if (tS % (runS + gapS) > runS) return { busy: 0, load: 0.05, memory: 0.02 };
    const busy = noise.between(0.6, 0.98);
    return { busy, load: 0.65 * busy, tensor: 0.3 * busy, bandwidth: 0.4 * busy, memory, pcie: 2e8 };
  };
};

/** One course before `fromS`, another one after. */
export const switchAt =
  (fromS: number, before: Scenario, after: Scenario): Scenario =>
  (tS, stepS, random) =>
    tS < fromS ? before(tS, stepS, random) : after(tS - fromS, stepS, random);
