import { describe, expect, it } from 'vitest';
import { compareJob, jobSlots, type JobMember } from './job-divergence.ts';
import { noiseOf } from './testing/traces.ts';

const stepS = 30;
type Reading = Pick<JobMember, 'utilization' | 'clock'>;
type Work = (tS: number, noise: () => number) => Reading;

const training: Work = (_tS, noise) => ({ utilization: 92 + 6 * noise(), clock: 1900 + 20 * noise() });

/** Who passed the threshold, and why, when eight GPUs over four nodes work for `minutes`, the first by `first`. */
const judge = (first: Work, minutes: number, others: Work = training) => {
  const noise = noiseOf(7);
  const states = new Map<string, Float64Array>();
  const found = new Map<string, string>();
  for (let tS = 0; tS < minutes * 60; tS += stepS) {
    const members = Array.from({ length: 8 }, (_, n): JobMember => {
      const work = n === 0 ? first : others;
      return { gpuId: `g${String(n)}`, nodeId: `n${String(n >> 1)}`, ...work(tS, noise) };
    });
    const stateOf = ({ gpuId }: JobMember): Float64Array => {
      const state = states.get(gpuId) ?? new Float64Array(jobSlots);
      states.set(gpuId, state);
      return state;
    };
    for (const { member, score, reason } of compareJob(members, stateOf, stepS))
      if (score >= 0.7 && !found.has(member.gpuId)) found.set(member.gpuId, reason.text);
  }
  return [...found];
};
const after =
  (minutes: number, work: Work): Work =>
  (tS, noise) =>
    (tS < minutes * 60 ? training : work)(tS, noise);
const idle: Work = () => ({ utilization: 0, clock: 345 });

describe('the GPUs of one job over several nodes', () => {
  it('that work alike are quiet, for hours', () => {
    expect(judge(training, 240)).toEqual([]);
  });

  it('one that hangs while the others go on is found', () => {
    expect(judge(after(30, idle), 50)).toEqual([
      [
        'g0',
        expect.stringMatching(
          /^Utilisation 0 % in a job whose other GPUs are at \d+(\.\d)? %: this one hangs$/,
        ),
      ],
    ]);
  });

  it('one that is slower at the same work is found', () => {
    const slow: Work = (tS, noise) => ({ ...training(tS, noise), clock: 1000 });
    expect(judge(after(30, slow), 60)).toEqual([
      ['g0', expect.stringMatching(/^Clock 1000 MHz in a job whose other GPUs run at 1[89]\d\d MHz/)],
    ]);
  });

  it('one that never worked with the others, and a job that rests or ends, are not', () => {
    expect(judge(idle, 120)).toEqual([]);
    const stops: Work = (tS, noise) => (tS % 1200 < 900 ? training : idle)(tS, noise);
    expect(judge(stops, 240, stops)).toEqual([]);
    expect(judge(after(60, idle), 120, after(60, idle))).toEqual([]);
  });

  it('one whose readings are missing says nothing', () => {
    expect(
      judge(
        after(30, () => ({ utilization: NaN, clock: NaN })),
        60,
      ),
    ).toEqual([]);
  });
});
