import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, closedCircuit, settle, type Circuit, type Pass } from './circuit.ts';

const settings = { failuresMax: 3, windowMs: 100, openMs: 10, openMaxMs: 35 };

const failTimes = (circuit: Circuit, times: readonly number[]): Circuit =>
  times.reduce((before, nowMs) => settle(before, 'normal', 'failure', nowMs, settings), circuit);

describe('a circuit', () => {
  it('opens after failures without a success between them, inside of the window only', () => {
    expect(failTimes(closedCircuit, [0, 1, 2])).toMatchObject({ state: 'open', untilMs: 12 });
    expect(failTimes(closedCircuit, [0, 1, 102])).toMatchObject({ state: 'closed' });
    const mended = settle(failTimes(closedCircuit, [0, 1]), 'normal', 'success', 1, settings);
    expect(failTimes(mended, [2, 3])).toMatchObject({ state: 'closed' });
  });

  it('rests twice as long after each failed probe, up to the most', () => {
    let circuit = failTimes(closedCircuit, [0, 0, 0]);
    const rests: number[] = [];
    let nowMs = 0;
    for (let turn = 0; turn < 5; turn += 1) {
      if (circuit.state !== 'open') throw new Error('expected an open circuit');
      rests.push(circuit.untilMs - nowMs);
      nowMs = circuit.untilMs;
      const probing = admit(circuit, nowMs);
      expect(probing.pass).toBe('probe');
      circuit = settle(probing.circuit, 'probe', 'failure', nowMs, settings);
    }
    expect(rests).toEqual([10, 20, 35, 35, 35]);
  });

  it('is free for another probe when a probe found out nothing', () => {
    const { circuit } = admit(failTimes(closedCircuit, [0, 0, 0]), 10);
    expect(admit(circuit, 10).pass).toBeUndefined();
    expect(admit(settle(circuit, 'probe', 'void', 11, settings), 11).pass).toBe('probe');
  });

  it('is not closed or opened by requests that left before it opened', () => {
    const open = failTimes(closedCircuit, [0, 0, 0]);
    expect(settle(open, 'normal', 'success', 1, settings)).toBe(open);
    const { circuit } = admit(open, 10);
    expect(settle(circuit, 'normal', 'success', 11, settings)).toBe(circuit);
  });

  it('has one probe on its way at most, remembers little, and always lets one through in the end', () => {
    const step = fc.record({
      waitMs: fc.integer({ min: 0, max: 50 }),
      outcome: fc.constantFrom('success' as const, 'failure' as const, 'void' as const),
      settles: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let circuit: Circuit = closedCircuit;
        let nowMs = 0;
        const flying: Pass[] = [];
        for (const { waitMs, outcome, settles } of steps) {
          nowMs += waitMs;
          const admitted = admit(circuit, nowMs);
          circuit = admitted.circuit;
          if (admitted.pass !== undefined) flying.push(admitted.pass);
          expect(flying.filter((pass) => pass === 'probe').length).toBeLessThanOrEqual(1);
          const landed = settles ? flying.shift() : undefined;
          if (landed !== undefined) circuit = settle(circuit, landed, outcome, nowMs, settings);
          if (circuit.state === 'closed')
            expect(circuit.failuresAtMs.length).toBeLessThan(settings.failuresMax);
        }
        for (const pass of flying) circuit = settle(circuit, pass, 'void', nowMs, settings);
        expect(admit(circuit, nowMs + settings.openMaxMs).pass).toBeDefined();
      }),
    );
  });
});
