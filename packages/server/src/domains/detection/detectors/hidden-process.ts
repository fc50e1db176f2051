import type { Detector } from './detector.ts';
import { metric, say, saySpan } from './metrics.ts';
import { at, ramp, scoreOf, sustain } from './numbers.ts';

/*
 * A busy GPU on which no process is to be seen, where processes were seen before: something hides from the driver's list.
 * Sensors without a view of processes always say 0, and keep this one silent.
 */
const levelSlot = 0;
const seenS = 1;
const hiddenS = 2;
const tauS = 90;
const seenEnoughS = 300;

export const hiddenProcess: Detector = {
  name: 'hidden_process',
  slots: 3,
  distrusts: true,
  step(state, base, frame) {
    const processes = at(frame.values, frame.offset + metric.process_count);
    const utilization = at(frame.values, frame.offset + metric.gpu_utilization);
    const busy = ramp(utilization, 10, 25);
    if (processes >= 1 && busy > 0) {
      state[base + seenS] = at(state, base + seenS) + frame.dtS;
      state[base + hiddenS] = 0;
    }
    const hidden = processes === 0 && at(state, base + seenS) >= seenEnoughS ? busy : 0;
    if (hidden > 0) state[base + hiddenS] = at(state, base + hiddenS) + frame.dtS;
    const evidence = Number.isNaN(processes + utilization) ? NaN : hidden;
    return scoreOf(sustain(state, base + levelSlot, evidence, frame.dtS, tauS));
  },
  explain(state, base, frame) {
    const utilization = at(frame.values, frame.offset + metric.gpu_utilization);
    return {
      detector: 'hidden_process',
      metric: 'process_count',
      observed: 0,
      expected: 1,
      unit: '{process}',
      text: `Utilisation ${say(utilization, '%')} for ${saySpan(at(state, base + hiddenS))} without any process on the GPU`,
    };
  },
};
