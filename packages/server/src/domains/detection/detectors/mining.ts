import type { Detector, Frame } from './detector.ts';
import { metric, say, saySpan, sayRate } from './metrics.ts';
import { at, follow, ramp, shareOf } from './numbers.ts';
import { leastLoadOf } from './picture.ts';

/*
 * The signature of cryptomining over a window, at any intensity: a long plateau of power with little variation, tensor
 * pipes idle, hardly any traffic over PCIe and NVLink, memory that never changes. No single one tells: honest work shows
 * each of them. They are weighed against each other as log-odds, roughly.
 */
const plateauS = 0;
const power = 1;
const powerVar = 2;
const utilization = 3;
const utilizationVar = 4;
const tensor = 5;
const traffic = 6;
const burst = 7;
const nvlink = 8;
const memory = 9;
const memoryVar = 10;
const bandwidth = 11;
const gaps = 12;
const levelSlot = 13;
const slots = 14;

const windowTauS = 600;
/** Averages start afresh with a plateau and are those of the plateau until the window is full. */
const leastPlateauS = 480;
const surePlateauS = 1500;
/** The plateau ends when power leaves it for longer than this, s. */
const leaveTauS = 45;
const left = 14;

const allSlots = slots + 1;
const levelTauS = 60;

/** Averages of x and of its square deviation, which together make the coefficient of variation. */
const track = (state: Float64Array, mean: number, variance: number, x: number, share: number): void => {
  if (Number.isNaN(x)) return;
  const before = at(state, mean);
  if (Number.isNaN(before)) {
    state[mean] = x;
    state[variance] = 0;
    return;
  }
  const d = x - before;
  state[mean] = before + share * d;
  state[variance] = (1 - share) * (at(state, variance) + share * d * d);
};

/** Coefficient of variation; NaN where the mean is not positive. */
const variation = (state: Float64Array, mean: number, variance: number): number => {
  const m = at(state, mean);
  return m > 0 ? Math.sqrt(at(state, variance)) / m : NaN;
};

const restart = (state: Float64Array, base: number): void => {
  for (let slot = power; slot < levelSlot; slot += 1) state[base + slot] = NaN;
  state[base + gaps] = 0;
  state[base + plateauS] = 0;
  state[base + left] = 0;
};

const sumOf = (a: number, b: number): number => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : a + b);

/** Follows the plateau: whether the GPU works, and whether its power stays. */
const observe = (state: Float64Array, base: number, frame: Frame): void => {
  const { values, offset, dtS } = frame;
  const watts = at(values, offset + metric.power_usage);
  const busy = at(values, offset + metric.gpu_utilization);
  const mean = at(state, base + power);
  // Another amount of memory is another process: what the one before did says nothing of it.
  const held = at(values, offset + metric.memory_used);
  const usual = at(state, base + memory);
  const other = Math.abs(held - usual) > 0.4 * Math.max(held, usual);
  const off = watts < 0.6 * mean || watts > 1.6 * mean || busy < 3 || other ? 1 : 0;
  state[base + left] = at(state, base + left) + shareOf(dtS, leaveTauS) * (off - at(state, base + left));
  if (at(state, base + left) > 0.6) restart(state, base);
  const age = at(state, base + plateauS);
  const share = shareOf(dtS, Math.min(windowTauS, Math.max(age, dtS)));
  track(state, base + power, base + powerVar, watts, share);
  track(state, base + utilization, base + utilizationVar, busy, share);
  track(state, base + memory, base + memoryVar, at(values, offset + metric.memory_used), share);
  follow(state, base + tensor, at(values, offset + metric.tensor_utilization), share);
  follow(state, base + bandwidth, at(values, offset + metric.memory_bandwidth_utilization), share);
  const link = sumOf(at(values, offset + metric.pcie_rx), at(values, offset + metric.pcie_tx));
  follow(state, base + traffic, link, share);
  if (!(link <= at(state, base + burst))) follow(state, base + burst, link, 1);
  else follow(state, base + burst, link, shareOf(dtS, windowTauS));
  follow(
    state,
    base + nvlink,
    sumOf(at(values, offset + metric.nvlink_rx), at(values, offset + metric.nvlink_tx)),
    share,
  );
  const gap = busy < 0.5 * at(state, base + utilization) ? 1 : 0;
  follow(state, base + gaps, gap, share);
  if (!Number.isNaN(watts)) state[base + plateauS] = age + dtS;
};

/** Weighs the window: above 2 is what we call mining. Terms that cannot be known weigh nothing. */
const weigh = (state: Float64Array, base: number): number => {
  const steady = Math.max(
    variation(state, base + power, base + powerVar),
    0.8 * variation(state, base + utilization, base + utilizationVar),
  );
  const pipes = at(state, base + tensor);
  const link = at(state, base + traffic);
  const peak = at(state, base + burst);
  const peers = at(state, base + nvlink);
  const flat = variation(state, base + memory, base + memoryVar);
  let weight = -2.5;
  weight += 2 * ramp(steady, 0.2, 0.12) - 4 * ramp(steady, 0.2, 0.35);
  weight += 2 * ramp(at(state, base + plateauS), leastPlateauS, surePlateauS);
  weight -= 3 * ramp(at(state, base + gaps), 0.02, 0.08);
  if (!Number.isNaN(pipes)) weight += 1.5 * ramp(pipes, 3, 1) - 5 * ramp(pipes, 3, 8);
  if (!Number.isNaN(link)) weight += 1.5 * ramp(link, 5e7, 1e7) - 4 * ramp(link, 5e7, 3e8);
  if (!Number.isNaN(peak)) weight -= 2 * ramp(peak, 3e8, 2e9);
  if (!Number.isNaN(peers)) weight -= 4 * ramp(peers, 5e7, 5e8);
  if (!Number.isNaN(flat)) weight += 0.7 * ramp(flat, 0.02, 0.005) - 3 * ramp(flat, 0.02, 0.08);
  return weight;
};

const evidence = (state: Float64Array, base: number, frame: Frame): number => {
  const watts = at(state, base + power);
  const busy = at(state, base + utilization);
  // Without a word on traffic, steady honest work looks the same: never enough for an alert.
  const blind = Number.isNaN(at(state, base + traffic));
  const works = ramp(busy, 4, 8) * ramp(leastLoadOf(state, frame, watts), 0.03, 0.08);
  const lasts = at(state, base + plateauS) >= leastPlateauS ? 1 : 0;
  const sure = ramp(weigh(state, base), -1, 3.3);
  return (works > 0 ? works : 0) * lasts * (blind ? Math.min(sure, 0.55) : sure);
};

export const mining: Detector = {
  name: 'mining',
  slots: allSlots,
  distrusts: true,
  init(state, base) {
    restart(state, base);
  },
  step(state, base, frame) {
    observe(state, base, frame);
    const now = evidence(state, base, frame);
    const share = Math.min(0.34, shareOf(frame.dtS, levelTauS));
    const before = at(state, base + levelSlot);
    const level = before + share * ((now > 0 ? now : 0) - before);
    state[base + levelSlot] = level;
    return level;
  },
  explain(state, base) {
    const steady = variation(state, base + power, base + powerVar);
    const pipes = at(state, base + tensor);
    const link = at(state, base + traffic);
    const parts = [
      `Power ${say(at(state, base + power), 'W')} on a plateau for ${saySpan(at(state, base + plateauS))}, varying by ${say(100 * steady, '%')} only`,
      `utilisation ${say(at(state, base + utilization), '%')}`,
      ...(Number.isNaN(pipes) ? [] : [`tensor pipes at ${say(pipes, '%')}`]),
      ...(Number.isNaN(link) ? [] : [`${sayRate(link)} over PCIe`]),
      ...(Number.isNaN(at(state, base + memory))
        ? []
        : [`memory unchanged at ${say(at(state, base + memory), 'MiB')}`]),
    ];
    return {
      detector: 'mining',
      metric: 'power_usage',
      observed: at(state, base + power),
      expected: null,
      unit: 'W',
      text: `${parts.join(', ')}: the signature of cryptomining`,
    };
  },
};
