import { fork, type ChildProcess } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { defaultArgon2Parameters, needsRehash } from './argon2-parameters.ts';
import { createArgon2Pool, type Argon2Pool, type Argon2PoolOptions } from './argon2-pool.ts';

const parameters = { timeCost: 1, memoryCostKib: 64, parallelism: 2 };
const opened: Argon2Pool[] = [];
const poolWith = (options: Partial<Argon2PoolOptions> = {}): Argon2Pool => {
  const pool = createArgon2Pool({ parameters, clock: systemClock(), ...options });
  opened.push(pool);
  return pool;
};
afterEach(() => Promise.all(opened.splice(0).map((pool) => pool.close())));

/** The real process, within reach. */
const watched = () => {
  const children: ChildProcess[] = [];
  const startProcess = (): ChildProcess => {
    const child = fork(new URL('./argon2-child.ts', import.meta.url), [], { env: {}, execArgv: [] });
    children.push(child);
    return child;
  };
  return { children, startProcess };
};

describe('password hashes', () => {
  it('are Argon2id of the wanted cost, with a salt of 16 and a hash of 32 bytes, each time another', async () => {
    const pool = poolWith();
    const [first, second] = [await pool.hash('correct horse'), await pool.hash('correct horse')];
    expect(first).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=2\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(first).not.toBe(second);
    expect([pool.needsRehash(first), needsRehash(first, defaultArgon2Parameters)]).toEqual([false, true]);
  });

  it('match their password and no other, in any script', async () => {
    const pool = poolWith();
    const stored = await pool.hash('пароль-密码-🔑');
    expect(await pool.verify(stored, 'пароль-密码-🔑')).toBe(true);
    expect(await pool.verify(stored, 'пароль-密码-🔒')).toBe(false);
  });

  it('of an unknown user are verified too, against a decoy of the same cost that nothing matches', async () => {
    const { children, startProcess } = watched();
    const pool = poolWith({ startProcess });
    expect(await pool.verify(undefined, 'anything')).toBe(false);
    expect(await pool.verify(null, 'anything')).toBe(false);
    expect(children).toHaveLength(1);
  });

  it('of passwords that are too long are never computed', async () => {
    const { children, startProcess } = watched();
    const pool = poolWith({ startProcess });
    expect(await pool.verify('$argon2id$v=19$m=64,t=1,p=2$c2FsdHNhbHQ$aGFzaA', 'x'.repeat(1025))).toBe(false);
    await expect(pool.hash('x'.repeat(1025))).rejects.toMatchObject({ code: 'weak_password' });
    expect(children).toHaveLength(0);
  });
});

describe('the pool', () => {
  it('runs one hash at a time and refuses what its queue does not hold, saying when to come back', async () => {
    const pool = poolWith({ maxWaiting: 3 });
    const storm = Array.from({ length: 8 }, () => pool.hash('a password'));
    expect(pool.stats()).toEqual({ running: 1, waiting: 3 });
    const outcomes = await Promise.allSettled(storm);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(4);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({
        code: 'overloaded',
        options: { retryAfterSeconds: expect.any(Number) },
      });
    }
    expect(pool.stats()).toEqual({ running: 0, waiting: 0 });
  });

  it('says unavailable when its process is killed, and starts another for the next', async () => {
    const { children, startProcess } = watched();
    const pool = poolWith({
      startProcess,
      parameters: { timeCost: 50, memoryCostKib: 65_536, parallelism: 1 },
    });
    const hashing = pool.hash('a password');
    await expect.poll(() => children.length).toBe(1);
    children[0]?.kill('SIGKILL');
    await expect(hashing).rejects.toMatchObject({ code: 'unavailable' });
    const quick =
      '$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g';
    expect(await pool.verify(quick, 'a password')).toBe(false);
    expect(children).toHaveLength(2);
  });

  it('says unavailable when its process cannot be started', async () => {
    const pool = poolWith({
      startProcess: () =>
        fork('nothing', [], { execPath: '/nonexistent/node', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }),
    });
    await expect(pool.hash('a password')).rejects.toMatchObject({ code: 'unavailable' });
  });
});
