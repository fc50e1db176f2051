import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../clock.ts';
import { openDatabase, silentLog, type Database } from '../database/index.ts';
import { testDatabase } from '../../testing/index.ts';
import { createElection, createLeases, createScheduler, LeaseLost, type Lease } from './index.ts';

const test = testDatabase();
const log = pino({ level: 'silent' });
const clock = systemClock();

/** A second and a third replica with connections of their own, which a test may cut. */
const replicas: Database[] = [];
beforeAll(async () => {
  for (let n = 0; n < 2; n += 1) {
    replicas.push(await openDatabase({ connectionString: test.connectionString, log: silentLog, min: 1 }));
  }
});
afterAll(async () => {
  await Promise.all(replicas.map((db) => db.close()));
});
const replica = (n: number): Database => {
  const db = replicas[n];
  if (db === undefined) throw new Error(`There is no replica ${n}`);
  return db;
};

const leasesOf = (db: Database, own: Clock = clock) =>
  createLeases({ db, clock: own, log, newId: randomUUID });
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const must = (lease: Lease | undefined): Lease => {
  if (lease === undefined) throw new Error('The lease was refused');
  return lease;
};
const until = async (holds: () => boolean, what: string): Promise<void> => {
  const giveUpMs = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > giveUpMs) throw new Error(`It never came: ${what}`);
    await wait(10);
  }
};

/** A database whose statements stop being answered, as when the network to this replica is cut. */
const cuttable = (db: Database): { db: Database; cut(): void } => {
  let isCut = false;
  const gone = () => Promise.reject(new Error('the network is cut'));
  return {
    db: {
      ...db,
      prepared: (...args) => (isCut ? gone() : db.prepared(...args)),
      query: (...args) => (isCut ? gone() : db.query(...args)),
    },
    cut: () => {
      isCut = true;
    },
  };
};

describe('a lease', () => {
  it('has one holder among any number that ask at once, and its token rises with each', async () => {
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, n) => leasesOf(replica(n % 2)).acquire('one', { ttlMs: 5_000 })),
    );
    const [first, ...others] = asked.filter((lease) => lease !== undefined);
    expect(others).toEqual([]);
    await must(first).release();
    const next = must(await leasesOf(replica(1)).acquire('one', { ttlMs: 5_000 }));
    expect(next.token).toBe(must(first).token + 1);
    await next.release();
  });

  it('stays with a holder that renews it, beyond its time', async () => {
    const lease = must(await leasesOf(replica(0)).acquire('renewed', { ttlMs: 500 }));
    for (let n = 0; n < 6; n += 1) {
      await wait(200);
      expect(await leasesOf(replica(1)).acquire('renewed', { ttlMs: 500 })).toBeUndefined();
    }
    expect(lease.isHeld()).toBe(true);
    await lease.release();
    expect(lease.isHeld()).toBe(false);
    expect(lease.signal.aborted).toBe(true);
  });

  it('is given up by a holder that is cut off before another can have it', async () => {
    const one = cuttable(replica(0));
    const lease = must(await leasesOf(one.db).acquire('cut', { ttlMs: 800 }));
    one.cut();
    let other: Lease | undefined;
    while (other === undefined) {
      const heldBefore = lease.isHeld();
      other = await leasesOf(replica(1)).acquire('cut', { ttlMs: 800 });
      if (other !== undefined) expect(lease.isHeld() && heldBefore).toBe(false);
      await wait(5);
    }
    expect(lease.signal.aborted).toBe(true);
    expect(other.token).toBe(lease.token + 1);
    await other.release();
  });

  it('survives connections that are cut and made anew', async () => {
    const lease = must(await leasesOf(replica(0)).acquire('reconnected', { ttlMs: 2_000 }));
    const admin = new pg.Client({ connectionString: test.adminConnectionString });
    await admin.connect();
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
    );
    await admin.end();
    await wait(2_500);
    expect(lease.isHeld()).toBe(true);
    await lease.release();
  });

  it('has one holder though the wall clocks of its askers are an hour apart, both ways', async () => {
    const stepped = (hours: number): Clock => ({
      nowMs: () => clock.nowMs() + hours * 3_600_000,
      monotonicMs: clock.monotonicMs,
    });
    const lease = must(await leasesOf(replica(0), stepped(-1)).acquire('stepped', { ttlMs: 1_000 }));
    expect(await leasesOf(replica(1), stepped(1)).acquire('stepped', { ttlMs: 1_000 })).toBeUndefined();
    await wait(1_300);
    expect(lease.isHeld()).toBe(true);
    expect(await leasesOf(replica(1), stepped(1)).acquire('stepped', { ttlMs: 1_000 })).toBeUndefined();
    await lease.release();
  });

  it('guards a transaction: what it writes is refused once another has the lease', async () => {
    const lease = must(await leasesOf(replica(0)).acquire('guard', { ttlMs: 60_000 }));
    await test.db.transaction((tx) => lease.guard(tx));
    // As when this process slept through its time: it believes, the database knows better.
    await test.db.query(`UPDATE leases SET expires_at = now() WHERE name = 'guard'`);
    const other = must(await leasesOf(replica(1)).acquire('guard', { ttlMs: 60_000 }));
    await expect(test.db.transaction((tx) => lease.guard(tx))).rejects.toThrow(LeaseLost);
    await test.db.transaction((tx) => other.guard(tx));
    await Promise.all([lease.release(), other.release()]);
  });
});

describe('the scheduler', () => {
  it('runs a task once an interval in the whole cluster', async () => {
    const starts: number[] = [];
    const of = (db: Database) =>
      createScheduler({
        db,
        leases: leasesOf(db),
        log,
        random: Math.random,
        tasks: [
          {
            name: 'once',
            intervalMs: 400,
            run: async () => {
              starts.push(performance.now());
              await wait(20);
            },
          },
        ],
      });
    const schedulers = [of(replica(0)), of(replica(1)), of(test.db)];
    await Promise.all(schedulers.map((scheduler) => scheduler.start()));
    await until(() => starts.length >= 4, 'four runs');
    await Promise.all(schedulers.map((scheduler) => scheduler.stop()));
    const gaps = starts.slice(1).map((at, n) => at - (starts[n] ?? 0));
    // Never twice in one interval: the interval counts in PostgreSQL, this process sees it a moment later.
    expect(gaps.filter((gap) => gap < 300)).toEqual([]);
  });

  it('lets a survivor take over what a cut-off replica had begun, and aborts it there', async () => {
    const one = cuttable(replica(0));
    const events: string[] = [];
    const task = (who: string, run: (signal: AbortSignal) => Promise<void>) => ({
      name: 'taken over',
      intervalMs: 600_000,
      run: (signal: AbortSignal) => {
        events.push(`${who} begins`);
        return run(signal);
      },
    });
    const common = { log, random: Math.random, leaseTtlMs: 600 };
    const first = createScheduler({
      ...common,
      db: one.db,
      leases: leasesOf(one.db),
      tasks: [
        task(
          'first',
          (signal) =>
            new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => {
                events.push('first aborted');
                reject(new Error('aborted'));
              });
            }),
        ),
      ],
    });
    await first.start();
    await until(() => events.length === 1, 'the first run');
    const second = createScheduler({
      ...common,
      db: replica(1),
      leases: leasesOf(replica(1)),
      tasks: [task('second', () => Promise.resolve())],
    });
    await second.start();
    await wait(800);
    expect(events).toEqual(['first begins']);
    one.cut();
    await until(() => events.length === 3, 'the takeover');
    await Promise.all([first.stop(), second.stop()]);
    expect(events).toEqual(['first begins', 'first aborted', 'second begins']);
    const { rows } = await test.db.query(`SELECT outcome FROM periodic_tasks WHERE name = 'taken over'`);
    expect(rows).toEqual([{ outcome: 'ok' }]);
  });

  it('says of a task that failed why, and runs it again only after its interval', async () => {
    let runs = 0;
    const scheduler = createScheduler({
      db: test.db,
      leases: leasesOf(test.db),
      log,
      random: Math.random,
      tasks: [
        {
          name: 'failing',
          intervalMs: 600_000,
          run: () => {
            runs += 1;
            return Promise.reject(new Error('no disk'));
          },
        },
      ],
    });
    await scheduler.start();
    await until(() => runs === 1, 'the run');
    await wait(300);
    await scheduler.stop();
    expect(runs).toBe(1);
    const { rows } = await test.db.query(`SELECT outcome, error FROM periodic_tasks WHERE name = 'failing'`);
    expect(rows).toEqual([{ outcome: 'failed', error: 'no disk' }]);
  });

  it('runs a task whose last start lies in the future, because the clock of the server was set back', async () => {
    await test.db.query(
      `INSERT INTO periodic_tasks (name, started_at, finished_at)
       VALUES ('future', now() + interval '1 hour', now() + interval '1 hour')`,
    );
    let runs = 0;
    const scheduler = createScheduler({
      db: test.db,
      leases: leasesOf(test.db),
      log,
      random: Math.random,
      tasks: [
        {
          name: 'future',
          intervalMs: 600_000,
          run: async () => {
            runs += 1;
          },
        },
      ],
    });
    await scheduler.start();
    await until(() => runs === 1, 'the run');
    await scheduler.stop();
  });
});

describe('an election', () => {
  it('has one leader, and another when the first is cut off or stops', async () => {
    const one = cuttable(replica(0));
    let leading = 0;
    let most = 0;
    const of = (db: Database) =>
      createElection({
        leases: leasesOf(db),
        log,
        random: Math.random,
        name: 'test',
        ttlMs: 600,
        lead: async (signal) => {
          most = Math.max(most, (leading += 1));
          if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
          leading -= 1;
        },
      });
    const [a, b] = [of(one.db), of(replica(1))];
    await a.start();
    await until(() => a.isLeader(), 'the first leader');
    await b.start();
    await wait(800);
    expect([a.isLeader(), b.isLeader()]).toEqual([true, false]);
    one.cut();
    await until(() => b.isLeader(), 'the second leader');
    expect(a.isLeader()).toBe(false);
    expect(most).toBe(1);
    await Promise.all([a.stop(), b.stop()]);
    expect([a.isLeader(), b.isLeader(), leading]).toEqual([false, false, 0]);
  });
});
