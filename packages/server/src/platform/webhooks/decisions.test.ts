import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { admitThrough, closedCircuit, settleCircuit, type Circuit } from './circuit.ts';
import { filtersTaking, isEventType } from './event-filter.ts';
import { changeHealth } from './health.ts';
import { createLanes } from './lanes.ts';
import { nextPauseMs, parseRetryAfterMs } from './retry-schedule.ts';
import { makeWebhookSecret, parseWebhookSecret } from './secret.ts';
import { mayTakePlace } from './share.ts';
import { signedHeaders } from './signature.ts';
import { verdictOf } from './verdict.ts';

const never = () => 0;

describe('the retry table', () => {
  it("has the standard's pauses, ten attempts in all, and its jitter never makes one earlier", () => {
    const minutes = Array.from({ length: 10 }, (_, n) => nextPauseMs(n + 1, undefined, never)).map((pause) =>
      pause === undefined ? undefined : pause / 60_000,
    );
    expect(minutes).toEqual([5 / 60, 5, 30, 120, 300, 600, 840, 1200, 1440, undefined]);
    expect(nextPauseMs(1, undefined, () => 0.999)).toBeGreaterThan(5_000);
    expect(nextPauseMs(1, undefined, () => 0.999)).toBeLessThanOrEqual(6_000);
  });

  it('a receiver may ask for more patience, up to a day, and not for less', () => {
    expect(nextPauseMs(1, 120_000, never)).toBe(120_000);
    expect(nextPauseMs(2, 1_000, never)).toBe(300_000);
    expect(nextPauseMs(1, 1e12, never)).toBe(24 * 3_600_000);
  });

  it('Retry-After is read as seconds or as a date, and as nothing else', () => {
    const nowMs = Date.parse('2026-11-22T08:00:00Z');
    expect(parseRetryAfterMs('120', nowMs)).toBe(120_000);
    expect(parseRetryAfterMs('Sun, 22 Nov 2026 08:01:00 GMT', nowMs)).toBe(60_000);
    for (const wrong of [undefined, '', '-1', '1e9', 'soon', '99999999999', 'Sun, 22 Nov 2026 07:00:00 GMT'])
      expect(parseRetryAfterMs(wrong, nowMs)).toBeUndefined();
  });
});

describe('the verdict', () => {
  it('2xx is success, 410 ends the endpoint, everything else is tried again while attempts are left', () => {
    const of = (status: number, attempts = 1) =>
      verdictOf({ kind: 'answer', status, retryAfterMs: undefined }, attempts, never).kind;
    expect([200, 204, 299].map((status) => of(status))).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect([199, 301, 304, 400, 404, 429, 500].every((status) => of(status) === 'retry')).toBe(true);
    expect(of(410)).toBe('gone');
    expect(of(500, 10)).toBe('failed');
    expect(of(200, 10)).toBe('succeeded');
  });
});

describe('filters', () => {
  it('a type is taken by its name and by each of its prefixes', () => {
    expect(filtersTaking('a.b.c')).toEqual(['a.b.c', 'a.*', 'a.b.*']);
    expect(filtersTaking('a')).toEqual(['a']);
  });

  it('names are dotted lower-case words', () => {
    expect(['a', 'a.b_1', 'webhook.endpoint_disabled'].every(isEventType)).toBe(true);
    expect(['', '.', 'a.', 'A', 'a..b', 'a.*', 'a b', 'a'.repeat(129)].some(isEventType)).toBe(false);
  });
});

describe('secrets', () => {
  it('are whsec_ and the base64 of 24 to 64 bytes', () => {
    const random = (size: number) => createHash('sha512').update(String(size)).digest().subarray(0, size);
    expect(parseWebhookSecret(makeWebhookSecret(random))).toHaveLength(32);
    const of = (bytes: number) =>
      parseWebhookSecret(`whsec_${Buffer.alloc(bytes, 255).toString('base64')}`)?.length;
    expect([23, 24, 25, 64, 65].map(of)).toEqual([undefined, 24, 25, 64, undefined]);
    for (const wrong of ['', 'whsec_', 'AAAA', `whsec_${'A'.repeat(31)}*`, ` whsec_${'A'.repeat(32)}`])
      expect(parseWebhookSecret(wrong)).toBeUndefined();
  });

  it('all that are valid sign, separated by spaces', () => {
    const headers = signedHeaders({ id: 'm', timestamp: 1, body: '{}' }, [
      Buffer.alloc(24),
      Buffer.alloc(24, 1),
    ]);
    const signatures = headers['webhook-signature']?.split(' ') ?? [];
    expect(signatures).toHaveLength(2);
    expect(new Set(signatures).size).toBe(2);
    expect(signatures.every((each) => /^v1,[A-Za-z0-9+/]{43}=$/.test(each))).toBe(true);
  });
});

describe("an endpoint's circuit", () => {
  it('opens after five failures in a row, lets one probe through, rests longer each time and closes on success', () => {
    let circuit: Circuit = closedCircuit;
    for (let n = 0; n < 5; n += 1) circuit = settleCircuit(circuit, 'failure', 1_000);
    expect(admitThrough(circuit, 1_000)).toEqual({ kind: 'wait', waitMs: 5_000 });
    // Those that were under way when it opened.
    for (let n = 0; n < 50; n += 1) circuit = settleCircuit(circuit, 'failure', 1_500);
    expect(admitThrough(circuit, 1_500)).toEqual({ kind: 'wait', waitMs: 4_500 });
    const probe = admitThrough(circuit, 6_000);
    if (probe.kind !== 'go') throw new Error('The rest is over');
    expect(admitThrough(probe.circuit, 6_000).kind).toBe('wait');
    circuit = settleCircuit(probe.circuit, 'failure', 6_100);
    expect(admitThrough(circuit, 6_100)).toEqual({ kind: 'wait', waitMs: 10_000 });
    expect(settleCircuit(circuit, 'success', 7_000)).toEqual(closedCircuit);
  });

  it('a probe that learnt nothing gives its turn back', () => {
    let circuit: Circuit = closedCircuit;
    for (let n = 0; n < 5; n += 1) circuit = settleCircuit(circuit, 'failure', 0);
    const probe = admitThrough(circuit, 10_000);
    if (probe.kind !== 'go') throw new Error('The rest is over');
    expect(admitThrough(settleCircuit(probe.circuit, 'void', 10_000), 10_000).kind).toBe('go');
  });
});

describe('shares', () => {
  it('however many endpoints take all they can, another one finds a place', () => {
    for (const hogs of [1, 2, 5, 20, 100]) {
      const places = 512;
      const held = Array.from({ length: hogs }, () => 0);
      let used = 0;
      for (let round = 0; round < places; round += 1) {
        for (let hog = 0; hog < hogs; hog += 1) {
          if (!mayTakePlace(held[hog] ?? 0, places - used, 128)) continue;
          held[hog] = (held[hog] ?? 0) + 1;
          used += 1;
        }
      }
      expect(mayTakePlace(0, places - used, 128)).toBe(true);
    }
  });
});

describe('lanes', () => {
  const clockAt = () => {
    let ms = 1_000_000;
    return { nowMs: () => ms, monotonicMs: () => ms, step: (by: number) => (ms += by) };
  };

  it('a backlog comes back spread over time, not all at once, and within five minutes', () => {
    const lanes = createLanes({ clock: clockAt(), random: () => 0.5, places: 512 });
    const delays: number[] = [];
    for (let n = 0; n < 60_000; n += 1) {
      const entry = lanes.enter('hog');
      if (entry.kind === 'later') delays.push(entry.delayMs);
    }
    expect(Math.max(...delays.slice(0, 40_000))).toBeLessThanOrEqual(300_000);
    expect(new Set(delays.slice(0, 1_000)).size).toBe(1_000);
    expect(lanes.enter('other').kind).toBe('go');
  });

  it('a rate limit spreads what is beyond it at its own rate', () => {
    const clock = clockAt();
    const lanes = createLanes({ clock, random: () => 0.5, places: 512 });
    const waits = Array.from({ length: 20 }, () => {
      const entry = lanes.enter('slow');
      if (entry.kind !== 'go') throw new Error('There is room');
      const waitMs = entry.place.pace(10);
      entry.place.leave('success', 1);
      return waitMs;
    });
    expect(waits.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 0));
    expect(waits.slice(10)).toEqual(Array.from({ length: 10 }, (_, n) => 100 + 100 * n));
  });
});

describe('health', () => {
  const day = 24 * 3_600_000;
  it('five days of failures, at least five of them, disable; fewer do not', () => {
    const before = { id: 'e', failingSince: new Date(0), failedAttempts: 3 };
    const seen = { succeeded: false, failures: 1, gone: false, nowMs: 6 * day };
    expect(changeHealth(before, seen).disable).toBeUndefined();
    expect(changeHealth({ ...before, failedAttempts: 4 }, seen).disable).toBe('failing');
    expect(
      changeHealth({ ...before, failedAttempts: 4 }, { ...seen, nowMs: 4 * day }).disable,
    ).toBeUndefined();
    expect(changeHealth(before, { ...seen, succeeded: true }).health).toEqual({
      id: 'e',
      failingSince: null,
      failedAttempts: 0,
    });
  });
});
