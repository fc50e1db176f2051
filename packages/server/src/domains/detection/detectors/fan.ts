import type { Detector } from './detector.ts';
import { expectedAt, learn, learnedS, lineSlots, type LineShape } from './line.ts';
import { metric, say } from './metrics.ts';
import { at, follow, ramp, scoreOf, shareOf, sustain } from './numbers.ts';

/*
 * A fan that turns slower than this GPU's fan turns at such a temperature, or stands still under heat. Cards without fans
 * report none or 0 for ever; others stop their fans while cool.
 */
const levelSlot = 0;
const mostSpeed = 1;
const lateTemperature = 2;
const expectedSlot = 3;
const line = 4;

const tauS = 60;
const learnedEnoughS = 900;
/** % of speed for each °C. */
const shape: LineShape = { tauS: 3600, priorSlope: 1, priorDeviation: 3, floor: 2 };
/** A fan that never turned this fast is none, %. */
const turning = 12;
const standing = 5;
const warm = 55;
const hot = 64;
/** Controllers answer temperature with this lag, s. */
const controlTauS = 20;

export const fan: Detector = {
  name: 'fan',
  slots: line + lineSlots,
  distrusts: true,
  init(state, base) {
    state[base + lateTemperature] = NaN;
    state[base + expectedSlot] = NaN;
  },
  step(state, base, frame) {
    const speed = at(frame.values, frame.offset + metric.fan_speed);
    const temperature = at(frame.values, frame.offset + metric.temperature);
    follow(state, base + lateTemperature, temperature, shareOf(frame.dtS, controlTauS));
    if (speed > at(state, base + mostSpeed)) state[base + mostSpeed] = speed;
    if (!(at(state, base + mostSpeed) >= turning)) return 0;
    const late = at(state, base + lateTemperature);
    const stopped = ramp(speed, standing * 2, standing) * ramp(Math.min(late, temperature), warm, hot);
    let slow = 0;
    if (learnedS(state, base + line) >= learnedEnoughS) {
      const expected = expectedAt(state, base + line, late, shape);
      state[base + expectedSlot] = expected;
      if (expected >= turning) slow = ramp(speed / expected, 0.75, 0.55) * ramp(temperature, warm - 5, warm);
    }
    learn(state, base + line, late, speed, frame.dtS, shape, frame.trust);
    const evidence = Number.isNaN(speed) ? NaN : Math.max(stopped, slow);
    return scoreOf(sustain(state, base + levelSlot, evidence, frame.dtS, tauS));
  },
  explain(state, base, frame) {
    const speed = at(frame.values, frame.offset + metric.fan_speed);
    const temperature = at(frame.values, frame.offset + metric.temperature);
    const expected = at(state, base + expectedSlot);
    const usual = Number.isNaN(expected)
      ? ''
      : `; at this temperature it usually turns at ${say(expected, '%')}`;
    return {
      detector: 'fan',
      metric: 'fan_speed',
      observed: speed,
      expected: Number.isNaN(expected) ? null : expected,
      unit: '%',
      text: `Fan at ${say(speed, '%')} while the core is at ${say(temperature, 'Cel')}${usual}`,
    };
  },
};
