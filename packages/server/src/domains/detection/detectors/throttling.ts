import type { Detector, Frame } from './detector.ts';
import { metric, say } from './metrics.ts';
import { at, follow, ramp, scoreOf, shareOf, sustain } from './numbers.ts';
import { picture } from './picture.ts';

/*
 * A GPU that is slowed down: by heat, by a power brake below its own limit, or by clocks that fall under load without
 * either. Being held at the power limit is how a busy GPU should run, and says nothing.
 */
const thermalLevel = 0;
const brakeLevel = 1;
const clockLevel = 2;
const usualClock = 3;
const clockS = 4;

const thermalTauS = 90;
const brakeTauS = 120;
const clockTauS = 120;
const busy = 70;
const learnTauS = 1800;
const learnedEnoughS = 600;

const clockEvidence = (state: Float64Array, base: number, frame: Frame, power: number): number => {
  const clock = at(frame.values, frame.offset + metric.sm_clock);
  const utilization = at(frame.values, frame.offset + metric.gpu_utilization);
  if (Number.isNaN(clock + utilization)) return NaN;
  const lately = at(state, picture.utilization);
  if (!(utilization >= busy && lately >= busy)) return 0;
  const usual = at(state, base + usualClock);
  const known = at(state, base + clockS) >= learnedEnoughS;
  const belowCap = ramp(power / frame.fullPower, 0.9, 0.75);
  const slowed = known ? ramp(clock / usual, 0.75, 0.6) * (Number.isNaN(belowCap) ? 0 : belowCap) : 0;
  const share = shareOf(frame.dtS, Math.min(learnTauS, Math.max(60, at(state, base + clockS))));
  follow(state, base + usualClock, clock, frame.trust * (slowed > 0 ? 0.1 : 1) * share);
  state[base + clockS] = at(state, base + clockS) + frame.dtS;
  return slowed;
};

export const throttling: Detector = {
  name: 'throttling',
  slots: 5,
  distrusts: false,
  init(state, base) {
    state[base + usualClock] = NaN;
  },
  step(state, base, frame) {
    const thermal = at(frame.values, frame.offset + metric.throttle_thermal);
    const capped = at(frame.values, frame.offset + metric.throttle_power);
    const power = at(frame.values, frame.offset + metric.power_usage);
    const brake = capped * ramp(Math.max(power, at(state, picture.power)) / frame.fullPower, 0.8, 0.65);
    const byHeat = sustain(state, base + thermalLevel, thermal, frame.dtS, thermalTauS);
    const byBrake = sustain(state, base + brakeLevel, brake, frame.dtS, brakeTauS);
    const clocks = clockEvidence(state, base, frame, power);
    const byClock = sustain(state, base + clockLevel, clocks, frame.dtS, clockTauS);
    return scoreOf(Math.max(Math.min(1, byHeat * 1.5), byBrake, byClock));
  },
  explain(state, base, frame) {
    const byHeat = at(state, base + thermalLevel);
    const byBrake = at(state, base + brakeLevel);
    const byClock = at(state, base + clockLevel);
    const power = at(frame.values, frame.offset + metric.power_usage);
    const clock = at(frame.values, frame.offset + metric.sm_clock);
    const temperature = at(frame.values, frame.offset + metric.temperature);
    const usual = at(state, base + usualClock);
    const heated = byHeat * 1.5 >= Math.max(byBrake, byClock);
    const clocks = `the clock is at ${say(clock, 'MHz')}${Number.isNaN(usual) ? '' : `, under load usually at ${say(usual, 'MHz')}`}`;
    if (heated)
      return {
        detector: 'throttling',
        metric: 'throttle_thermal',
        observed: byHeat,
        expected: 0,
        unit: '1',
        text: `Slowed down by heat in ${say(100 * byHeat, '%')} of the last minutes, at ${say(temperature, 'Cel')}; ${clocks}`,
      };
    return {
      detector: 'throttling',
      metric: byBrake > byClock ? 'throttle_power' : 'sm_clock',
      observed: byBrake > byClock ? power : clock,
      expected: byBrake > byClock ? frame.fullPower : usual,
      unit: byBrake > byClock ? 'W' : 'MHz',
      text:
        byBrake > byClock
          ? `Held back for power at ${say(power, 'W')}, though the limit is ${say(frame.fullPower, 'W')}: a power brake`
          : `Under load, ${clocks}, and neither heat nor the power limit explains it`,
    };
  },
};
