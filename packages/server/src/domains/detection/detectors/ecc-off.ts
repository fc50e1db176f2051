import type { Detector } from './detector.ts';
import { metric } from './metrics.ts';
import { at } from './numbers.ts';

/*
 * Error correction that was on and is off: GPUHammer flips bits only without it. A GPU that never had it on is nobody's
 * attack; one that has been off for a day is as somebody wants it.
 */
const onS = 0;
const offS = 1;
const seenOnS = 60;
const acceptedAfterS = 86_400;

export const eccOff: Detector = {
  name: 'ecc_off',
  slots: 2,
  distrusts: false,
  step(state, base, frame) {
    const enabled = at(frame.values, frame.offset + metric.ecc_enabled);
    if (enabled >= 1) {
      state[base + onS] = at(state, base + onS) + Math.max(frame.dtS, 1);
      state[base + offS] = 0;
    } else if (enabled === 0) state[base + offS] = at(state, base + offS) + Math.max(frame.dtS, 1);
    const off = at(state, base + offS);
    if (off > acceptedAfterS) state[base + onS] = 0;
    return off > 0 && at(state, base + onS) >= seenOnS ? 0.9 : 0;
  },
  explain() {
    return {
      detector: 'ecc_off',
      metric: 'ecc_enabled',
      observed: 0,
      expected: 1,
      unit: '1',
      text: 'Error correction of the memory was switched off: bits can now be flipped by hammering rows',
    };
  },
};
