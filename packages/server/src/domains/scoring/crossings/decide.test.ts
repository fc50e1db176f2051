import { describe, expect, it } from 'vitest';
import { decideCrossings, nextLevel, type Subscription } from './decide.ts';

const subscription = (endpointId: string, threshold: number): Subscription => ({
  ...{ endpointId, agentId: null, threshold, hysteresis: 5 },
});
const one = [subscription('a', 50)];
/** What an endpoint is told while a risk moves. */
const told = (risks: readonly number[], subscriptions = one): readonly string[] => {
  let above: readonly string[] = [];
  return risks.flatMap((risk) => {
    const { crossings, toldAbove } = decideCrossings(risk, above, subscriptions);
    above = toldAbove;
    return crossings.map(
      ({ subscription: { endpointId }, direction }) => `${endpointId} ${direction} ${String(risk)}`,
    );
  });
};

describe('a threshold', () => {
  it('is crossed up at itself and down below it by the hysteresis, once each', () => {
    expect(told([0, 49.9, 50, 90, 50, 45, 44.9, 10, 50])).toEqual(['a up 50', 'a down 44.9', 'a up 50']);
  });

  it('around which a risk hovers is told once', () => {
    expect(told(Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? 51 : 46)))).toEqual(['a up 51']);
  });

  it('is each endpoint’s own', () => {
    const both = [subscription('a', 50), subscription('b', 80)];
    expect(told([60, 85, 74, 44], both)).toEqual(['a up 60', 'b up 85', 'b down 74', 'a down 44']);
  });

  it('that nobody waits for any more is forgotten', () => {
    expect(decideCrossings(90, ['gone'], one).toldAbove).toEqual(['a']);
  });

  it('is looked for again when the risk falls to where somebody waits', () => {
    expect(nextLevel(90, ['a'], [subscription('a', 70)])).toBe(90);
    expect(nextLevel(74, ['a'], [subscription('a', 70)])).toBe(65);
    expect(nextLevel(74, [], [subscription('a', 70)])).toBe(50);
    expect(nextLevel(3, [], [])).toBeUndefined();
  });
});
