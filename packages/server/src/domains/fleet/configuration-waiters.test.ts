import { describe, expect, it } from 'vitest';
import { createConfigurationWaiters } from './configuration-waiters.ts';

const longMs = 600_000;
const never = () => new AbortController().signal;

describe('waiting for a configuration', () => {
  it('ends for every waiter of the sensor when it is woken, and for no other', async () => {
    const waiters = createConfigurationWaiters({ maxWaiters: 10 });
    const mine = [waiters.wait('a', longMs, never()), waiters.wait('a', longMs, never())];
    waiters.wait('b', longMs, never());
    waiters.wake('a');
    for (const waiter of mine) await waiter?.changed;
    expect(waiters.size).toBe(1);
    waiters.wakeAll();
    expect(waiters.size).toBe(0);
  });

  it('ends when the client goes away, when it is cancelled, and when its time is over', async () => {
    const waiters = createConfigurationWaiters({ maxWaiters: 10 });
    const gone = new AbortController();
    const left = waiters.wait('a', longMs, gone.signal);
    gone.abort();
    await left?.changed;
    waiters.wait('a', longMs, never())?.cancel();
    await waiters.wait('a', 1, never())?.changed;
    expect(waiters.size).toBe(0);
  });

  it('is refused beyond the bound and after the abort, instead of piling up', () => {
    const waiters = createConfigurationWaiters({ maxWaiters: 1 });
    const first = waiters.wait('a', longMs, never());
    expect(waiters.wait('b', longMs, never())).toBeUndefined();
    first?.cancel();
    expect(waiters.wait('c', longMs, AbortSignal.abort())).toBeUndefined();
    expect(waiters.size).toBe(0);
  });
});
