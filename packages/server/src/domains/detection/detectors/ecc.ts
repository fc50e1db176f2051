import { countUp, counterSlots, initCounter, recentCount } from './counter.ts';
import type { Detector } from './detector.ts';
import { metric, say, saySpan } from './metrics.ts';
import { at, ramp } from './numbers.ts';

/*
 * Memory errors: one that could not be corrected, or a storm of corrected ones, which is how both dying memory and
 * hammered rows look. A healthy GPU has a few corrected errors a month.
 */
const corrected = 0;
const uncorrected = counterSlots;
/** "Lately" for rates, s. */
const windowS = 900;
const uncorrectedWindowS = 1800;
/** Corrected errors lately. */
const odd = 4;
const storm = 16;

export const ecc: Detector = {
  name: 'ecc_errors',
  slots: counterSlots * 2,
  distrusts: false,
  init(state, base) {
    initCounter(state, base + corrected);
    initCounter(state, base + uncorrected);
  },
  step(state, base, frame) {
    const soft = at(frame.values, frame.offset + metric.ecc_corrected);
    const hard = at(frame.values, frame.offset + metric.ecc_uncorrected);
    countUp(state, base + corrected, soft, frame.dtS, windowS);
    countUp(state, base + uncorrected, hard, frame.dtS, uncorrectedWindowS);
    return Math.max(
      ramp(recentCount(state, base + corrected), odd, storm),
      // One error scores for some twenty minutes.
      ramp(recentCount(state, base + uncorrected), 0.2, 0.7),
    );
  },
  explain(state, base, frame) {
    const soft = recentCount(state, base + corrected);
    const hard = recentCount(state, base + uncorrected);
    const worst = hard >= 0.2;
    const total = at(frame.values, frame.offset + (worst ? metric.ecc_uncorrected : metric.ecc_corrected));
    return {
      detector: 'ecc_errors',
      metric: worst ? 'ecc_uncorrected' : 'ecc_corrected',
      observed: worst ? Math.ceil(hard) : Math.round(soft),
      expected: 0,
      unit: '{error}',
      text: worst
        ? `Memory errors that could not be corrected in the last ${saySpan(uncorrectedWindowS)} (${say(total, '')} in all)`
        : `About ${Math.round(soft)} corrected memory errors in the last ${saySpan(windowS)}; a healthy GPU has a few a month`,
    };
  },
};
