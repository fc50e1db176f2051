import type { Detector } from './detector.ts';
import { metric, say } from './metrics.ts';
import { at, ramp, scoreOf, sustain } from './numbers.ts';
import { loadOf, picture } from './picture.ts';

/*
 * Watts that no kernel accounts for: work hidden from the utilisation counter, or a counter that lies. A GPU whose
 * process holds a context draws up to a third of its range without a kernel, so that much is no evidence.
 */
const levelSlot = 0;
const tauS = 40;
const busyUtilization = 5;
const suspectLoad = 0.3;
const clearLoad = 0.45;

export const powerWithoutWork: Detector = {
  name: 'power_without_work',
  slots: 1,
  distrusts: true,
  step(state, base, frame) {
    const utilization = at(frame.values, frame.offset + metric.gpu_utilization);
    const power = at(frame.values, frame.offset + metric.power_usage);
    const lately = at(state, picture.power);
    const load = loadOf(state, frame, Math.min(power, lately));
    // Never seen at rest without the load: then only the power limit can tell.
    const share = Number.isNaN(load) || load <= 0 ? Math.min(power, lately) / frame.fullPower - 0.15 : load;
    const quiet = ramp(
      Math.max(utilization, at(state, picture.utilization)),
      busyUtilization * 2,
      busyUtilization,
    );
    return scoreOf(
      sustain(state, base + levelSlot, quiet * ramp(share, suspectLoad, clearLoad), frame.dtS, tauS),
    );
  },
  explain(state, _base, frame) {
    const power = at(frame.values, frame.offset + metric.power_usage);
    const utilization = at(frame.values, frame.offset + metric.gpu_utilization);
    const idle = at(state, picture.idlePower);
    const rest = Number.isNaN(idle) ? '' : `; this GPU idles at ${say(idle, 'W')}`;
    return {
      detector: 'power_without_work',
      metric: 'power_usage',
      observed: power,
      expected: Number.isNaN(idle) ? null : idle,
      unit: 'W',
      text: `Power ${say(power, 'W')} at ${say(utilization, '%')} utilisation${rest}: work is hidden, or a counter lies`,
    };
  },
};
