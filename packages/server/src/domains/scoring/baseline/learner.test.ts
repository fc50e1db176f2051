import { randomUUID } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { beforeEach, expect, it } from 'vitest';
import type { Database, Tx } from '../../../platform/database/types.ts';
import { testDatabase } from '../../../testing/index.ts';
import { createLearner } from './learner.ts';

const database = testDatabase();
const never = (): never => {
  throw new Error('not asked for');
};
const learnerOn = (on: Database) =>
  createLearner({
    db: on,
    nowMs: Date.now,
    scoring: never,
    newId: randomUUID,
    publishEach: never,
    alerts: { raise: never },
    alertThreshold: 70,
  });

let received = 0;
/** A request of as many processes of the workload, each with a sequence to learn. */
const receive = async (processes: number): Promise<void> => {
  received += 1;
  const at = new Date(Date.now() + received);
  const calls = ['read', 'write', 'close', 'fstat', 'futex'];
  const events = Array.from({ length: processes * 50 }, (_, index) => ({
    pid: 1 + Math.floor(index / 50),
    syscall: calls[index % calls.length],
    timestamp: at.toISOString(),
  }));
  await database.db.query(
    `INSERT INTO syscall_chunks (received_at, id, agent_id, events, first_at, last_at, body)
     VALUES ($1, $2, 'node', $3, $1, $1, $4)`,
    [at, randomUUID(), events.length, zstdCompressSync(JSON.stringify({ events }))],
  );
};

const baselines = async () =>
  (
    await database.db.query<{ id: string; version: number; syscalls: number; status: string }>(
      'SELECT id, version, syscalls::int AS syscalls, status FROM behaviour_baselines',
    )
  ).rows;

/** The database, where `act` happens in the middle of a step: after models are read and before they are written. */
const interrupted = (act: () => Promise<unknown>): Database =>
  new Proxy(database.db, {
    get: (target, name) =>
      name === 'transaction'
        ? (work: (tx: Tx) => Promise<unknown>) =>
            target.transaction((tx) =>
              work(
                new Proxy(tx, {
                  get: (inner, key) =>
                    key === 'query'
                      ? async (sql: string, values: readonly unknown[] = []) => {
                          if (/^(INSERT INTO|UPDATE) behaviour_baselines/.test(sql.trim())) await act();
                          return inner.query(sql, values);
                        }
                      : (Reflect.get(inner, key) as unknown),
                }),
              ),
            )
        : (Reflect.get(target, name) as unknown),
  });

beforeEach(async () => {
  await database.db.query('DELETE FROM behaviour_baselines');
  await database.db.query(
    `INSERT INTO processes (process_id, agent_id, pid, image, facts_at, event_count, first_seen_at, last_seen_at,
       risk_at, scored_at, created_at)
     SELECT 'node:' || n, 'node', n, 'web:1', '{}', 1, now(), now(), now(), now(), now() FROM generate_series(1, 5) n
     ON CONFLICT DO NOTHING`,
  );
});

it('a baseline that is deleted during a step stays deleted, and is learned anew from nothing', async () => {
  let deletions = 1;
  const learner = learnerOn(
    interrupted(async () => {
      if ((await baselines()).length > 0 && deletions-- > 0)
        await database.db.query('DELETE FROM behaviour_baselines');
    }),
  );
  await receive(3);
  await learner.step();
  expect(await baselines()).toMatchObject([{ version: 1, syscalls: 150 }]);
  await receive(2);
  await learner.step();
  expect(await baselines()).toEqual([]);
  await receive(1);
  await learner.step();
  expect(await baselines()).toMatchObject([{ version: 1, syscalls: 50, status: 'learning' }]);
});

it('a baseline that another replica learned anew, to the same version, is not taken for the deleted one', async () => {
  const [one, other] = [learnerOn(database.db), learnerOn(database.db)];
  await receive(5);
  await one.step();
  await database.db.query('DELETE FROM behaviour_baselines');
  await receive(2);
  await other.step();
  await receive(1);
  await one.step();
  expect(await baselines()).toMatchObject([{ version: 2, syscalls: 150 }]);
});

it('what was learned while somebody froze the baseline is known to nobody', async () => {
  let freezes = 1;
  const learner = learnerOn(
    interrupted(async () => {
      if ((await baselines()).length === 0 || freezes-- <= 0) return;
      await database.db.query(`UPDATE behaviour_baselines SET status = 'frozen', version = version + 1`);
    }),
  );
  await receive(3);
  await learner.step();
  await receive(2);
  await learner.step();
  expect(await baselines()).toMatchObject([{ version: 2, syscalls: 150, status: 'frozen' }]);
  // Learning again at the version at which the lost step would have left it.
  await database.db.query(`UPDATE behaviour_baselines SET status = 'learning'`);
  await receive(1);
  await learner.step();
  expect(await baselines()).toMatchObject([{ version: 3, syscalls: 200 }]);
});
