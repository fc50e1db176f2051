import type { Demand, Workload } from './traces.ts';

/*
 * Small models of work for the tests of detectors: what a detector must and must not say. They are not the simulator's
 * families, by which the whole is judged in bench/detection-quality.ts.
 */
const hour = 3600;
const rest: Demand = { utilization: 0, load: 0 };

export const idle: Workload = (tS, noise) => (tS % 900 < 4 ? { utilization: 30 + 10 * noise() } : rest);

/** Steps with stalls for data, a checkpoint every 20 minutes, an evaluation every 50. */
export const training: Workload = (tS, noise) => {
  const memory = tS < 60 ? 1000 * tS : 61_000;
  if (tS < 30) return { utilization: 5, load: 0.08, memory, pcie: 5e9 };
  if (tS % 1200 > 1165) return { utilization: 2, load: 0.1, memory, pcie: 8e9 };
  const stalled = noise() > 0.75;
  const evaluates = tS % 3000 > 2800;
  const utilization = stalled ? 25 + 15 * noise() : evaluates ? 60 + 10 * noise() : 92 + 7 * noise();
  return {
    utilization,
    load: (utilization / 100) * (0.75 + 0.2 * noise()),
    tensor: 0.45 * utilization,
    bandwidth: 0.5 * utilization,
    memory: memory + 200 * noise(),
    pcie: 8e8,
    nvlink: 2e10,
  };
};

/** Requests in bursts, busier by day; weights and KV cache taken at the start. */
export const inference: Workload = (tS, noise) => {
  const day = 0.5 + 0.4 * Math.sin((tS / (6 * hour)) * 2 * Math.PI);
  const utilization = Math.max(0, 100 * day * (0.6 + 0.4 * noise()));
  return {
    utilization,
    load: 0.7 * (utilization / 100),
    tensor: 0.2 * utilization,
    memory: 72_000,
    pcie: 1.5e8,
  };
};

/** An FFT benchmark: 98 % busy and steady, honest; bound by memory bandwidth, writing results now and then. */
export const fft: Workload = (tS, noise) => ({
  utilization: 98 + noise(),
  load: 0.6 + 0.03 * noise(),
  bandwidth: 82 + 3 * noise(),
  memory: 40_000,
  pcie: tS % 120 < 6 ? 6e9 : 1e8,
});

/** Frames of some minutes each, a scene loaded between two. */
export const rendering: Workload = (tS, noise) => {
  const inFrame = tS % 210;
  return inFrame < 20
    ? { utilization: 4, load: 0.06, memory: 6000, pcie: 3e9 }
    : {
        utilization: 97 + 2 * noise(),
        load: 0.65 + 0.1 * Math.sin(tS / 9),
        memory: 11_000 + 500 * noise(),
        pcie: 4e7,
      };
};

export const jobsThatComeAndGo: Workload = (tS, noise) => {
  const phase = tS % 1500;
  return phase < 900 ? training(phase, noise) : rest;
};

/** A dense solver at the power limit: steady for hours, tensor pipes at work. */
export const linearAlgebra: Workload = (_tS, noise) => ({
  utilization: 99 + noise(),
  load: 0.97 + 0.02 * noise(),
  tensor: 60 + 4 * noise(),
  bandwidth: 45,
  memory: 70_000,
  pcie: 5e7,
  clock: 1500 + 60 * noise(),
  override: { throttle_power: 1 },
});

export const honest = { idle, training, inference, fft, rendering, jobsThatComeAndGo, linearAlgebra };

/** A miner after `fromS` seconds of rest; `intensity` 0..1. */
export const miner =
  (intensity: number, fromS: number): Workload =>
  (tS, noise) =>
    tS < fromS
      ? rest
      : {
          utilization: 99 * intensity + 2 * noise(),
          load: 0.75 * intensity * (1 + 0.08 * noise()),
          bandwidth: 60 * intensity,
          memory: 4800,
          pcie: 2e6,
        };

/** A workload that is another one from a moment on. */
// Not `then`: a module that exports that name is a thenable, and importing it never ends.
export const switching =
  (before: Workload, fromS: number, after: Workload): Workload =>
  (tS, noise) =>
    tS < fromS ? before(tS, noise) : after(tS, noise);

/** A workload with readings replaced from a moment on. */
export const withReadings =
  (workload: Workload, fromS: number, override: (tS: number) => NonNullable<Demand['override']>): Workload =>
  (tS, noise) => {
    const demand = workload(tS, noise);
    return tS < fromS ? demand : { ...demand, override: { ...demand.override, ...override(tS) } };
  };
