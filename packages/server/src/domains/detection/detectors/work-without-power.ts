import type { Detector } from './detector.ts';
import { metric, say } from './metrics.ts';
import { at, ramp, scoreOf, sustain } from './numbers.ts';
import { loadOf, picture } from './picture.ts';

/*
 * A utilisation that costs no watts. Even a kernel that only waits lifts the clocks and with them the power, so full
 * utilisation at the power of rest means that one of the two numbers is false.
 */
const levelSlot = 0;
const tauS = 120;
const busyFrom = 60;
const busyFully = 80;
const clearLoad = 0.03;
const innocentLoad = 0.06;
/** Rest has to be known from this long, s. */
const restKnownS = 180;

export const workWithoutPower: Detector = {
  name: 'work_without_power',
  slots: 1,
  distrusts: true,
  step(state, base, frame) {
    const utilization = at(frame.values, frame.offset + metric.gpu_utilization);
    const power = at(frame.values, frame.offset + metric.power_usage);
    const known = at(state, picture.idleS) >= restKnownS;
    const load = known ? loadOf(state, frame, Math.max(power, at(state, picture.power))) : NaN;
    const busy = ramp(Math.min(utilization, at(state, picture.utilization)), busyFrom, busyFully);
    const evidence = busy * ramp(load, innocentLoad, clearLoad);
    return scoreOf(sustain(state, base + levelSlot, evidence, frame.dtS, tauS));
  },
  explain(state, _base, frame) {
    const power = at(frame.values, frame.offset + metric.power_usage);
    const utilization = at(frame.values, frame.offset + metric.gpu_utilization);
    const idle = at(state, picture.idlePower);
    return {
      detector: 'work_without_power',
      metric: 'gpu_utilization',
      observed: utilization,
      expected: null,
      unit: '%',
      text: `Utilisation ${say(utilization, '%')} at ${say(power, 'W')}, which is what this GPU draws at rest (${say(idle, 'W')})`,
    };
  },
};
