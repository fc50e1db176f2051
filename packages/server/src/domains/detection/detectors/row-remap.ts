import { countUp, counterSlots, initCounter, recentCount } from './counter.ts';
import type { Detector } from './detector.ts';
import { metric, say } from './metrics.ts';
import { at, ramp } from './numbers.ts';

/*
 * Rows of memory that the GPU replaced by spare ones: after an uncorrectable error, often after corrected ones, or no more
 * because the spares are used up.
 */
const uncorrectable = 0;
const correctable = counterSlots;
const pendingSlot = counterSlots * 2;
const failureSlot = pendingSlot + 1;
const hourS = 3600;
const dayS = 86_400;

export const rowRemap: Detector = {
  name: 'row_remap',
  slots: failureSlot + 1,
  distrusts: false,
  init(state, base) {
    initCounter(state, base + uncorrectable);
    initCounter(state, base + correctable);
  },
  step(state, base, frame) {
    const { values, offset, dtS } = frame;
    countUp(state, base + uncorrectable, at(values, offset + metric.rows_remapped_uncorrectable), dtS, hourS);
    countUp(state, base + correctable, at(values, offset + metric.rows_remapped_correctable), dtS, dayS);
    const pending = at(values, offset + metric.row_remap_pending);
    const failure = at(values, offset + metric.row_remap_failure);
    if (!Number.isNaN(pending)) state[base + pendingSlot] = pending;
    if (!Number.isNaN(failure)) state[base + failureSlot] = failure;
    if (at(state, base + failureSlot) >= 1) return 1;
    return Math.max(
      at(state, base + pendingSlot) >= 1 ? 0.75 : 0,
      ramp(recentCount(state, base + uncorrectable), 0.1, 0.6),
      ramp(recentCount(state, base + correctable), 0, 4),
    );
  },
  explain(state, base, frame) {
    const bad = recentCount(state, base + uncorrectable) >= 0.1;
    const name = bad ? 'rows_remapped_uncorrectable' : 'rows_remapped_correctable';
    const rows = at(frame.values, frame.offset + metric[name]);
    const failed = at(state, base + failureSlot) >= 1;
    const pending = at(state, base + pendingSlot) >= 1;
    const counted = `${say(rows, '')} rows remapped after ${bad ? 'uncorrectable' : 'corrected'} errors, new ones lately`;
    return {
      detector: 'row_remap',
      metric: failed ? 'row_remap_failure' : pending && !bad ? 'row_remap_pending' : name,
      observed: failed || (pending && !bad) ? 1 : rows,
      expected: failed || pending ? 0 : null,
      unit: failed || (pending && !bad) ? '1' : '{row}',
      text: failed
        ? 'A row of memory could not be remapped: spare rows are used up, the GPU has to be replaced'
        : pending && !bad
          ? 'A row of memory waits to be remapped: the GPU needs a reset'
          : counted,
    };
  },
};
