import { describe, expect, it } from 'vitest';
import { createTurnstile } from './turnstile.ts';

const make = (max = 3, timeoutMs = 60_000) => {
  const pool = { open: 1, total: () => pool.open, max };
  return { pool, turnstile: createTurnstile({ pool, timeoutMs, refusal: () => new Error('no connection') }) };
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the turnstile before the pool', () => {
  it('lets as many in as there are connections, and one more to open the next', async () => {
    const { pool, turnstile } = make();
    await turnstile.enter();
    const second = await turnstile.enter();
    pool.open = 2;
    let third = false;
    void turnstile.enter().then(() => {
      third = true;
    });
    await settled();
    expect([third, turnstile.waiting()]).toEqual([false, 1]);
    second.opened();
    await settled();
    expect(third).toBe(true);
  });

  it('never lets more in than the pool may hold, and lets them in as they came', async () => {
    const { pool, turnstile } = make(2);
    pool.open = 2;
    const first = await turnstile.enter();
    await turnstile.enter();
    const order: number[] = [];
    for (const name of [1, 2]) {
      void turnstile.enter().then(({ leave }) => {
        order.push(name);
        leave();
      });
    }
    await settled();
    expect(order).toEqual([]);
    first.leave();
    await settled();
    expect(order).toEqual([1, 2]);
  });

  it('goes on when a connection could not be opened', async () => {
    const { turnstile } = make();
    await turnstile.enter();
    const failing = await turnstile.enter();
    const waiting = turnstile.enter();
    failing.leave();
    await expect(waiting).resolves.toBeDefined();
  });

  it('turns away who waits too long, or when it closes', async () => {
    const short = make(1, 1);
    await short.turnstile.enter();
    await expect(short.turnstile.enter()).rejects.toThrow('no connection');
    const { turnstile } = make(1);
    await turnstile.enter();
    const waiting = turnstile.enter();
    turnstile.close();
    await expect(waiting).rejects.toThrow('no connection');
  });
});
