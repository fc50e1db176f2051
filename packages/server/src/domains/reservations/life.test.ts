import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideIdle, dueWarning, isAtWork, warningMinutes } from './life.ts';
import type { WorkloadActivity } from './runtime/port.ts';

const minuteMs = 60_000;
const nothing: WorkloadActivity = {
  sshSessions: 0,
  terminalSessions: 0,
  jupyterKernelsBusy: 0,
  cpuSeconds: 0,
  gpuUtilization: 0,
};

/** One look at a job: how long after the one before, and what was seen. */
const anyLook = fc.record({
  afterMinutes: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 5 }) },
    { weight: 1, arbitrary: fc.integer({ min: 6, max: 90 }) },
  ),
  work: fc.oneof(
    { weight: 12, arbitrary: fc.constant(null) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Partial<WorkloadActivity>>(
        { sshSessions: 1 },
        { terminalSessions: 2 },
        { jupyterKernelsBusy: 1 },
        { gpuUtilization: 40 },
        { sshSessions: null },
        { gpuUtilization: null },
        { cpuSeconds: null },
      ),
    },
  ),
});

interface Played {
  readonly releasedMs: number | null;
  /** Times of looks that saw somebody at work, or could not tell. */
  readonly workMs: readonly number[];
  readonly looksMs: readonly number[];
  readonly warnedMs: readonly number[];
}

/** The looks, one after the other, until the job is released; what is remembered is as the processor remembers it. */
const play = (
  looks: readonly { readonly afterMinutes: number; readonly work: Partial<WorkloadActivity> | null }[],
  idleMinutes: number,
): Played => {
  const [workMs, looksMs, warnedMs]: [number[], number[], number[]] = [[], [], []];
  let row: { idle_since: Date | null; idle_warned_at: Date | null } = {
    idle_since: null,
    idle_warned_at: null,
  };
  let cpu: number | undefined;
  let nowMs = 0;
  for (const { afterMinutes, work } of looks) {
    const unseenMs = afterMinutes * minuteMs;
    nowMs += unseenMs;
    const activity = { ...nothing, ...work };
    const atWork = isAtWork(activity, cpu, unseenMs);
    cpu = activity.cpuSeconds ?? cpu;
    const decision = decideIdle(row, atWork, unseenMs, idleMinutes, nowMs);
    looksMs.push(nowMs);
    if (atWork) workMs.push(nowMs);
    if (decision === 'release') return { releasedMs: nowMs, workMs, looksMs, warnedMs };
    if (decision === 'at work') row = { idle_since: null, idle_warned_at: null };
    else row = { ...row, idle_since: row.idle_since ?? new Date(nowMs) };
    if (decision === 'warn') {
      warnedMs.push(nowMs);
      row = { ...row, idle_warned_at: new Date(nowMs) };
    }
  }
  return { releasedMs: null, workMs, looksMs, warnedMs };
};

describe('idle release', () => {
  const anyLooks = fc.array(anyLook, { minLength: 1, maxLength: 120 });
  const anyMinutes = fc.integer({ min: 5, max: 60 });

  it('ends nobody at work, nobody who was not warned in time, and nothing that was not watched since', () => {
    let released = 0;
    fc.assert(
      fc.property(anyLooks, anyMinutes, (looks, idleMinutes) => {
        const { releasedMs, workMs, looksMs, warnedMs } = play(looks, idleMinutes);
        if (releasedMs === null) return;
        released += 1;
        const warned = warnedMs.at(-1) ?? Number.POSITIVE_INFINITY;
        expect(releasedMs - warned).toBeGreaterThanOrEqual(idleMinutes * minuteMs);
        // Since twice the operator's time nobody was seen at work, and what was not seen was not taken for idleness.
        expect(releasedMs - (workMs.at(-1) ?? 0)).toBeGreaterThanOrEqual(2 * idleMinutes * minuteMs);
        const watched = looksMs.filter((at) => at >= warned);
        for (const [n, at] of watched.slice(1).entries())
          expect(at - (watched[n] ?? 0)).toBeLessThanOrEqual(5 * minuteMs);
      }),
      { numRuns: 400 },
    );
    expect(released).toBeGreaterThan(20);
  });

  it('gives back what nobody uses, not long after twice the operator’s time', () => {
    fc.assert(
      fc.property(anyMinutes, (idleMinutes) => {
        const looks = Array.from({ length: 200 }, () => ({ afterMinutes: 1, work: null }));
        const { releasedMs } = play(looks, idleMinutes);
        expect(releasedMs).toBeLessThanOrEqual((2 * idleMinutes + 3) * minuteMs);
      }),
    );
  });
});

describe('warnings of the end', () => {
  it('come once for each mark that is ahead, the nearest alone, and none for marks before the start', () => {
    const anyDuration = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(
        anyDuration,
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 100 }),
        (minutes, pauses) => {
          const expires = new Date(minutes * minuteMs);
          let warned: number | null = null;
          let nowMs = 0;
          for (const pause of pauses) {
            nowMs += pause * minuteMs;
            const mark = dueWarning(
              { expires_at: expires, started_at: new Date(0), warned_minutes: warned },
              nowMs,
            );
            if (mark === undefined) continue;
            const left = minutes - nowMs / minuteMs;
            expect(left).toBeGreaterThan(0);
            expect(mark).toBe(warningMinutes.findLast((one) => left <= one));
            expect(mark).toBeLessThan(warned ?? Number.POSITIVE_INFINITY);
            expect(mark).toBeLessThanOrEqual(minutes);
            warned = mark;
          }
        },
      ),
    );
  });
});
