import { countUp, counterSlots, initCounter, recentCount } from './counter.ts';
import type { Detector } from './detector.ts';
import { metric, saySpan } from './metrics.ts';
import { at, ramp } from './numbers.ts';

/** A link that has to repeat itself: a riser, a slot or a GPU about to fall off the bus. A sound one replays now and then. */
const windowS = 900;
const odd = 15;
const bad = 60;

export const pcieLink: Detector = {
  name: 'pcie_link',
  slots: counterSlots,
  distrusts: false,
  init(state, base) {
    initCounter(state, base);
  },
  step(state, base, frame) {
    countUp(state, base, at(frame.values, frame.offset + metric.pcie_replays), frame.dtS, windowS);
    return ramp(recentCount(state, base), odd, bad);
  },
  explain(state, base) {
    const replays = Math.round(recentCount(state, base));
    return {
      detector: 'pcie_link',
      metric: 'pcie_replays',
      observed: replays,
      expected: 0,
      unit: '{error}',
      text: `About ${replays} replays on the PCIe link in the last ${saySpan(windowS)}: slot, riser or GPU fail`,
    };
  },
};
