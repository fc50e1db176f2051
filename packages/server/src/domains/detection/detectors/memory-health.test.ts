import { describe, expect, it } from 'vitest';
import { createDetectorModel } from './index.ts';
import { judgeTrace } from './testing/judge.ts';
import { trace, type Row } from './testing/traces.ts';
import { training, withReadings } from './testing/workloads.ts';

const hour = 3600;
const model = createDetectorModel();

describe.each([1, 10, 60])('with a record each %i s', (intervalS) => {
  const judge = (override: (tS: number) => Row) =>
    judgeTrace(model, trace(withReadings(training, hour, override), { seconds: 2 * hour, intervalS }));

  it('one error that could not be corrected is enough', () => {
    expect(judge(() => ({ ecc_uncorrected: 1 })).alerts).toEqual(['ecc_errors']);
  });

  it('a storm of corrected errors is found, and a few a day are not', () => {
    const storm = judge((tS) => ({ ecc_corrected: 2 + Math.floor((tS - hour) / 30) }));
    expect(storm.alerts).toEqual(['ecc_errors']);
    expect(storm.reasons['ecc_errors']?.text).toMatch(/^About \d+ corrected memory errors/);
    expect(judge((tS) => ({ ecc_corrected: 2 + Math.floor((tS - hour) / 1200) })).alerts).toEqual([]);
  });

  it('a counter that is set back by a reboot says nothing, nor does one that starts high', () => {
    expect(judge((tS) => ({ ecc_corrected: tS < 5000 ? 90_000 : 0, ecc_uncorrected: 0 })).alerts).toEqual(
      // The jump from 2 to 90,000 is a storm; the fall to 0 is none.
      ['ecc_errors'],
    );
    const high = trace(
      withReadings(training, 0, (tS) => ({ ecc_corrected: tS < 5000 ? 90_000 : 0 })),
      {
        seconds: 2 * hour,
        intervalS,
      },
    );
    expect(judgeTrace(model, high).alerts).toEqual([]);
  });

  it('error correction switched off is found, and never having had it is not', () => {
    expect(judge(() => ({ ecc_enabled: 0 })).alerts).toEqual(['ecc_off']);
    const never = trace(
      withReadings(training, 0, () => ({ ecc_enabled: 0 })),
      { seconds: 2 * hour, intervalS },
    );
    expect(judgeTrace(model, never).alerts).toEqual([]);
  });

  it('rows: a failure, one that waits, and one lost are each found', () => {
    expect(judge(() => ({ row_remap_failure: 1 })).alerts).toEqual(['row_remap']);
    expect(judge(() => ({ row_remap_pending: 1 })).alerts).toEqual(['row_remap']);
    const lost = withReadings(training, 0, (tS) => ({ rows_remapped_uncorrectable: tS < hour ? 1 : 2 }));
    expect(judgeTrace(model, trace(lost, { seconds: 2 * hour, intervalS })).alerts).toEqual(['row_remap']);
  });

  it('replays on the PCIe link are found when they are many', () => {
    const replays = (eachS: number) =>
      judgeTrace(
        model,
        trace(
          withReadings(training, 0, (tS) => ({ pcie_replays: Math.floor(tS / eachS) })),
          {
            seconds: 2 * hour,
            intervalS,
          },
        ),
      ).alerts;
    expect(replays(5)).toEqual(['pcie_link']);
    expect(replays(600)).toEqual([]);
  });
});
