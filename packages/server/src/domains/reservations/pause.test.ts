import { expect, it } from 'vitest';
import { createRestingPause } from './pause.ts';

it('a resting pause is twice as long as the step before it, whose time begins when the last rest ended, and is bounded', async () => {
  const rests: number[] = [];
  let nowMs = 1_000;
  const pause = createRestingPause({ monotonicMs: () => nowMs }, (ms) => {
    rests.push(ms);
    nowMs += ms + 5;
    return Promise.resolve();
  });
  for (const stepMs of [3, 1, 0, 400]) {
    nowMs += stepMs;
    await pause();
  }
  expect(rests).toEqual([6, 2, 0, 20]);
});
