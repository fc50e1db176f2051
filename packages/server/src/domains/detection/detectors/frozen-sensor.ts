import type { KnownMetric } from '@gpushield/contracts';
import type { Detector, Frame } from './detector.ts';
import { metric, say, saySpan, unitOf } from './metrics.ts';
import { at, follow, ramp, shareOf } from './numbers.ts';
import { leastLoadOf } from './picture.ts';

/*
 * A sensor that repeats itself: everything stands still to the last digit under load, or one reading stands still while
 * what drives it swings. Readings of a GPU at rest may well be constant.
 */
const unchangedS = 0;
const unchangedRecords = 1;
const powerStill = 2;
const powerRecords = 3;
const utilizationLow = 4;
const utilizationHigh = 5;
const heatStill = 6;
const heatRecords = 7;
const powerLow = 8;
const powerHigh = 9;
const smoothPower = 10;
const previous = 11;

/** What moves all the time under load. */
const lively = [
  'power_usage',
  'temperature',
  'gpu_utilization',
  'sm_clock',
  'pcie_rx',
  'pcie_tx',
  'memory_bandwidth_utilization',
  'memory_temperature',
  'memory_utilization',
  'fan_speed',
] as const satisfies readonly KnownMetric[];
const livelyPlaces = lively.map((name) => metric[name]);
const needed = 5;

/** Suspicious from, sure at. Seconds and records both have to have passed. */
const frozenS = [180, 420] as const;
const frozenRecords = [12, 20] as const;
const stillS = [300, 600] as const;
/** How far the cause has to swing: points of utilisation, share of full power (smoothed as heat smooths it). */
const utilizationSwing = [25, 45] as const;
const powerSwing = [0.25, 0.4] as const;
const heatTauS = 60;

/** Whether every lively reading equals the one before; learns the new ones. */
const unchanged = (state: Float64Array, base: number, frame: Frame): boolean => {
  let present = 0;
  let same = 0;
  for (let index = 0; index < livelyPlaces.length; index += 1) {
    const value = at(frame.values, frame.offset + (livelyPlaces[index] ?? 0));
    if (Number.isNaN(value)) continue;
    // Readings that are always 0 (no fan, no traffic) do not count as alive.
    if (value !== 0) present += 1;
    if (value === at(state, base + previous + index)) same += value === 0 ? 0 : 1;
    else state[base + previous + index] = value;
  }
  return present >= needed && same === present;
};

/** A reading stands still while its cause moves between `low` and `high`: both are kept since it last moved. */
const watch = (
  state: Float64Array,
  base: number,
  slots: { readonly still: number; readonly records: number; readonly low: number; readonly high: number },
  moved: boolean,
  cause: number,
  dtS: number,
): void => {
  if (moved || Number.isNaN(at(state, base + slots.low))) {
    state[base + slots.still] = 0;
    state[base + slots.records] = 0;
    state[base + slots.low] = cause;
    state[base + slots.high] = cause;
    return;
  }
  state[base + slots.still] = at(state, base + slots.still) + dtS;
  state[base + slots.records] = at(state, base + slots.records) + 1;
  if (cause < at(state, base + slots.low)) state[base + slots.low] = cause;
  if (cause > at(state, base + slots.high)) state[base + slots.high] = cause;
};
const powerSlots = { still: powerStill, records: powerRecords, low: utilizationLow, high: utilizationHigh };
const heatSlots = { still: heatStill, records: heatRecords, low: powerLow, high: powerHigh };

const stuck = (
  state: Float64Array,
  base: number,
  slots: typeof powerSlots,
  swing: readonly [number, number],
): number =>
  ramp(at(state, base + slots.still), 0.4 * stillS[0], 0.7 * stillS[1]) *
  ramp(at(state, base + slots.records), frozenRecords[0], frozenRecords[1]) *
  ramp(at(state, base + slots.high) - at(state, base + slots.low), swing[0], swing[1]);

const frozen = (state: Float64Array, base: number): number =>
  ramp(at(state, base + unchangedS), frozenS[0] * 0.5, frozenS[1]) *
  ramp(at(state, base + unchangedRecords), frozenRecords[0], frozenRecords[1]);

const orZero = (score: number): number => (score > 0 ? score : 0);

export const frozenSensor: Detector = {
  name: 'frozen_sensor',
  slots: previous + lively.length,
  distrusts: true,
  init(state, base) {
    for (let slot = utilizationLow; slot < previous + lively.length; slot += 1)
      if (slot !== heatStill && slot !== heatRecords) state[base + slot] = NaN;
  },
  step(state, base, frame) {
    const { dtS } = frame;
    const power = at(frame.values, frame.offset + metric.power_usage);
    const temperature = at(frame.values, frame.offset + metric.temperature);
    const utilization = at(frame.values, frame.offset + metric.gpu_utilization);
    if (Number.isNaN(power)) return 0;
    const powerMoved = power !== at(state, base + previous);
    const heatMoved = temperature !== at(state, base + previous + 1);
    const loaded = utilization >= 10 && leastLoadOf(state, frame, power) >= 0.1;
    if (unchanged(state, base, frame) && loaded) {
      state[base + unchangedS] = at(state, base + unchangedS) + dtS;
      state[base + unchangedRecords] = at(state, base + unchangedRecords) + 1;
    } else {
      state[base + unchangedS] = 0;
      state[base + unchangedRecords] = 0;
    }
    follow(state, base + smoothPower, power / frame.fullPower, shareOf(dtS, heatTauS));
    if (!Number.isNaN(utilization)) watch(state, base, powerSlots, powerMoved, utilization, dtS);
    if (!Number.isNaN(temperature))
      watch(state, base, heatSlots, heatMoved, at(state, base + smoothPower), dtS);
    return Math.max(
      orZero(frozen(state, base)),
      orZero(stuck(state, base, powerSlots, utilizationSwing)),
      orZero(stuck(state, base, heatSlots, powerSwing)),
    );
  },
  explain(state, base, frame) {
    const all = orZero(frozen(state, base));
    const byPower = orZero(stuck(state, base, powerSlots, utilizationSwing));
    const byHeat = orZero(stuck(state, base, heatSlots, powerSwing));
    const name = byHeat > Math.max(all, byPower) ? 'temperature' : 'power_usage';
    const observed = at(frame.values, frame.offset + metric[name]);
    const shown = say(observed, unitOf(name));
    const text =
      name === 'temperature'
        ? `Temperature has read ${shown} for ${saySpan(at(state, base + heatStill))} while the load swung by ${say(100 * (at(state, base + powerHigh) - at(state, base + powerLow)), '%')} of full power`
        : byPower > all
          ? `Power has read ${shown} for ${saySpan(at(state, base + powerStill))} while utilisation went between ${say(at(state, base + utilizationLow), '%')} and ${say(at(state, base + utilizationHigh), '%')}`
          : `Every reading has stood still for ${saySpan(at(state, base + unchangedS))} under load (power ${shown})`;
    return { detector: 'frozen_sensor', metric: name, observed, expected: null, unit: unitOf(name), text };
  },
};
