import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { defaultLockoutPolicy, pairWaitMs } from './login-lockout.ts';
import { createReplica, goodPassword, movableClock, type Replica } from './testing/replica.ts';

const database = testDatabase();
const clock = movableClock();
const home = '192.0.2.1';
let replica: Replica;
let other: Replica;
beforeAll(async () => {
  replica = await createReplica({ connectionString: database.connectionString, clock });
  other = await createReplica({ connectionString: database.connectionString, clock });
});
afterAll(async () => {
  await replica.close();
  await other.close();
});

const attempt = async (username: string, address: string, password = 'wrong-password-1', on = replica) =>
  on.call('POST', '/auth/login', { body: { username, password }, address });
const strange = (n: number) => `203.0.113.${String(n)}`;

/** As many wrong guesses, each from an address of its own; what they were answered. */
const attack = async (username: string, guesses: number, on = replica): Promise<number[]> => {
  const answers: number[] = [];
  for (let n = 0; n < guesses; n += 1) {
    answers.push((await attempt(username, strange(n), 'wrong-password-1', on)).status);
  }
  return answers;
};
const refusedOf = (answers: readonly number[]) => answers.filter((status) => status === 429).length;

describe('an attacker with many addresses', () => {
  it('cannot lock the user out from where they logged in before, and guesses no more than the allowance', async () => {
    await replica.addUser('ada', ['viewer']);
    expect((await attempt('ada', home, goodPassword)).status).toBe(200);
    const { strangerAttempts } = defaultLockoutPolicy;
    const answers = [...(await attack('ada', 40)), ...(await attack('ada', 40, other))];
    expect(answers.length - refusedOf(answers)).toBeLessThanOrEqual(strangerAttempts);
    expect(refusedOf(answers)).toBeGreaterThanOrEqual(80 - strangerAttempts);
    // The right guess, too, is turned away unseen: being right is not what opens the door again.
    const right = await attempt('ada', strange(200), goodPassword);
    expect([right.status, right.body['code']]).toEqual([429, 'rate_limited']);
    expect(Number(right.headers['retry-after'])).toBeGreaterThan(0);
    for (const on of [replica, other])
      expect((await attempt('ada', home, goodPassword, on)).status).toBe(200);
  });

  it('leaves everyone else alone, and the allowance comes back with time', async () => {
    await replica.addUser('ben', ['viewer']);
    expect((await attempt('ben', strange(1), goodPassword)).status).toBe(200);
    clock.advance(defaultLockoutPolicy.strangerRefillMs + 1000);
    expect((await attempt('ada', strange(201), goodPassword)).status).toBe(200);
  });

  it('learns nothing of which names exist', async () => {
    await replica.addUser('eve', ['viewer']);
    const [known, unknown] = [await attack('eve', 60), await attack('nobody-at-all', 60)];
    expect(refusedOf(known)).toBeGreaterThan(0);
    expect(unknown).toEqual(known);
  });

  it('gets no more guesses by sending them at once', async () => {
    await replica.addUser('max', ['viewer']);
    const answers = await Promise.all(
      Array.from({ length: 80 }, (_, n) =>
        attempt('max', strange(n), 'wrong-password-1', n % 2 ? replica : other),
      ),
    );
    const judged = answers.filter(({ body }) => body['code'] === 'invalid_credentials').length;
    expect(judged).toBeGreaterThan(0);
    expect(judged).toBeLessThanOrEqual(defaultLockoutPolicy.strangerAttempts);
  });
});

describe('failures from one address', () => {
  it('make the next ones wait, the longer the more, while other addresses go on', async () => {
    await replica.addUser('kim', ['viewer']);
    await attempt('kim', home, goodPassword);
    const answers = [];
    for (let n = 0; n < 12; n += 1) answers.push(await attempt('kim', strange(9)));
    expect(answers.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    clock.advance(1001);
    expect((await attempt('kim', strange(9))).status).toBe(401);
    clock.advance(1001);
    expect((await attempt('kim', strange(9))).status).toBe(429);
    expect((await attempt('kim', home, goodPassword)).status).toBe(200);
  });

  it('are forgotten with the right password', async () => {
    await replica.addUser('lea', ['viewer']);
    for (let n = 0; n < 9; n += 1) await attempt('lea', home);
    expect((await attempt('lea', home, goodPassword)).status).toBe(200);
    for (let n = 0; n < 10; n += 1) expect((await attempt('lea', home)).status).toBe(401);
  });

  it('never make a known address wait longer than half a minute, a strange one longer than a quarter of an hour', () => {
    const wait = (failures: number, known: boolean, sinceMs = 0) =>
      pairWaitMs(defaultLockoutPolicy, { failures, known, lastFailedAtMs: 1_000_000 }, 1_000_000 + sinceMs);
    expect([0, 9, 10, 11, 12].map((failures) => wait(failures, false))).toEqual([0, 0, 1000, 2000, 4000]);
    expect(wait(5000, true)).toBe(30_000);
    expect(wait(5000, false)).toBe(900_000);
    expect(wait(5000, false, 900_000)).toBe(0);
    expect(wait(12, false, -3_600_000)).toBe(4000);
    expect(wait(5000, false, 86_400_000)).toBe(0);
  });
});
