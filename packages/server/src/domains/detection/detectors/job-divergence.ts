import type { Reason } from '../model.ts';
import { say } from './metrics.ts';
import { at, ramp, scoreOf, shareOf, sustain } from './numbers.ts';

/*
 * One GPU against the others of its job, wherever they stand: it hangs while the others go on, or it is slower at the same
 * work, which a job that waits for its slowest member pays for everywhere. Heat is not compared: rooms and racks differ.
 */
export interface JobMember {
  readonly gpuId: string;
  readonly nodeId: string;
  /** Averages of about the last minute; NaN: not told. */
  readonly utilization: number;
  readonly clock: number;
}

export const jobDetector = 'job_divergence';
const hungLevel = 0;
const slowLevel = 1;
const togetherS = 2;
export const jobSlots = 3;

/** With fewer others nobody can say who of them is odd. */
const fewestOthers = 3;
const hungTauS = 120;
const slowTauS = 180;
/** It was seen at work with the others for this long: else it may be a member that does something else. */
const togetherEnoughS = 300;
const mostTogetherS = 3600;
const busyUtilization = 60;
const alikeShare = 0.25;

/** The middle of the others' sorted values, of which `own` is left out once. NaN: too few. */
const middleOfOthers = (sorted: readonly number[], own: number): number => {
  const others = [...sorted];
  const place = others.indexOf(own);
  if (place >= 0) others.splice(place, 1);
  if (others.length < fewestOthers) return NaN;
  return others[others.length >> 1] ?? NaN;
};

const sortedOf = (members: readonly JobMember[], pick: (member: JobMember) => number): readonly number[] =>
  members
    .map(pick)
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b);

export interface JobVerdict {
  readonly member: JobMember;
  readonly score: number;
  readonly reason: Reason;
}

const explain = (state: Float64Array, member: JobMember, others: { busy: number; clock: number }): Reason => {
  if (at(state, hungLevel) >= at(state, slowLevel)) {
    const text = `Utilisation ${say(member.utilization, '%')} in a job whose other GPUs are at ${say(others.busy, '%')}: this one hangs`;
    return {
      ...{ detector: jobDetector, metric: 'gpu_utilization', unit: '%', text },
      ...{ observed: member.utilization, expected: others.busy },
    };
  }
  const text = `Clock ${say(member.clock, 'MHz')} in a job whose other GPUs run at ${say(others.clock, 'MHz')}: the job waits for this one`;
  return {
    ...{ detector: jobDetector, metric: 'sm_clock', unit: 'MHz', text },
    ...{ observed: member.clock, expected: others.clock },
  };
};

/** Compares the members of one job, `dtS` seconds after the time before; `stateOf` is what is remembered of each. */
export const compareJob = (
  members: readonly JobMember[],
  stateOf: (member: JobMember) => Float64Array,
  dtS: number,
): readonly JobVerdict[] => {
  const utilizations = sortedOf(members, ({ utilization }) => utilization);
  const clocks = sortedOf(members, ({ clock }) => clock);
  return members.map((member) => {
    const state = stateOf(member);
    const { utilization: mine } = member;
    const busy = middleOfOthers(utilizations, mine);
    const clock = middleOfOthers(clocks, member.clock);
    if (busy >= busyUtilization && Math.abs(mine - busy) <= alikeShare * busy)
      state[togetherS] = Math.min(mostTogetherS, at(state, togetherS) + dtS);
    // All at rest is between two steps of the job, or its end: what was together stays so for a while.
    else if (!(busy >= busyUtilization)) state[togetherS] = at(state, togetherS) * (1 - shareOf(dtS, 1800));
    const together = at(state, togetherS) >= togetherEnoughS;
    const hung = together && busy >= busyUtilization ? ramp(mine, 15, 5) : 0;
    const slow =
      mine >= busyUtilization && busy >= busyUtilization ? ramp(member.clock / clock, 0.8, 0.65) : 0;
    sustain(state, hungLevel, Number.isNaN(mine) ? NaN : hung, dtS, hungTauS);
    sustain(state, slowLevel, slow, dtS, slowTauS);
    const score = scoreOf(Math.max(at(state, hungLevel), at(state, slowLevel)));
    return { member, score, reason: explain(state, member, { busy, clock }) };
  });
};
