import { randomUUID } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { beforeAll, expect, it } from 'vitest';
import type { Database, Tx } from '../../../platform/database/types.ts';
import { testDatabase } from '../../../testing/index.ts';
import { createScoring } from '../rules/engine.ts';
import type { RuleScoring } from '../rules/index.ts';
import { loadRules } from '../rules/load-rules.ts';
import { beginRecalculation } from './begin.ts';
import { recalculationStep } from './step.ts';
import { findRecalculation } from './store.ts';

const database = testDatabase();
const chunks = 450;
const processes = 40;
let scoring: RuleScoring;

beforeAll(async () => {
  scoring = createScoring(await loadRules(undefined));
  await database.db.query(
    `INSERT INTO processes (process_id, agent_id, pid, facts_at, event_count, first_seen_at, last_seen_at, risk_at,
       scored_at, created_at)
     SELECT 'node:' || n, 'node', n, '{}', 1, now(), now(), now(), now(), now() FROM generate_series(0, ${String(processes - 1)}) n`,
  );
  const startMs = Date.now() - chunks;
  for (let index = 0; index < chunks; index += 1) {
    const at = new Date(startMs + index);
    const pid = index % processes;
    const events = [
      { pid, syscall: 'read', timestamp: at.toISOString() },
      // Two of each process in three steps: sequences and caps must hold over steps.
      {
        pid,
        syscall: 'execve',
        timestamp: at.toISOString(),
        executable: '/memfd:x (deleted)',
        return_value: index,
      },
    ];
    await database.db.query(
      `INSERT INTO syscall_chunks (received_at, id, agent_id, events, first_at, last_at, body) VALUES ($1, $2, 'node', $3, $1, $1, $4)`,
      [at, randomUUID(), events.length, zstdCompressSync(JSON.stringify({ events }))],
    );
  }
});

const stepOn = (db: Database): Promise<boolean> =>
  recalculationStep({
    ...{ db, nowMs: Date.now, scoring: () => scoring, newId: randomUUID, alertThreshold: 200 },
    publishEach: () => Promise.resolve(),
    alerts: {
      raise: () => {
        throw new Error('nobody raises alerts here');
      },
    },
  });
/** A replica that dies when it would write down how far it came: what it did before in the same step is lost too. */
const dying = (): Database =>
  new Proxy(database.db, {
    get: (target, name) =>
      name === 'transaction'
        ? (work: (tx: Tx) => Promise<unknown>) =>
            target.transaction((tx) =>
              work(
                new Proxy(tx, {
                  get: (inner, key) =>
                    key === 'query'
                      ? (sql: string, values: readonly unknown[] = []) => {
                          if (sql.includes('UPDATE score_recalculations')) throw new Error('killed');
                          return inner.query(sql, values);
                        }
                      : (Reflect.get(inner, key) as unknown),
                }),
              ),
            )
        : (Reflect.get(target, name) as unknown),
  });
const statesOf = async () =>
  (
    await database.db.query<{ id: string; state: unknown; next: unknown }>(
      'SELECT process_id AS id, score_state AS state, score_next AS next FROM processes ORDER BY process_id',
    )
  ).rows;

/** Recalculates; before each step of the replica that lives, another one dies in it `deaths` times. */
const recalculate = async (deaths: number): Promise<{ readonly progress: readonly number[] }> => {
  const id = randomUUID();
  const now = new Date();
  await beginRecalculation(database.db, { id, rulesVersion: scoring.version, startedBy: 'test', now });
  const progress: number[] = [];
  for (let more = true; more;) {
    for (let death = 0; death < deaths; death += 1) {
      const before = await findRecalculation(database.db, id);
      await expect(stepOn(dying())).rejects.toThrow('killed');
      expect(await findRecalculation(database.db, id)).toEqual(before);
    }
    more = await stepOn(database.db);
    progress.push((await findRecalculation(database.db, id))?.chunksDone ?? 0);
  }
  expect(await findRecalculation(database.db, id)).toMatchObject({
    ...{ status: 'succeeded', chunksDone: chunks, eventsDone: chunks * 2, processesDone: processes },
  });
  return { progress };
};

it('a recalculation whose replica dies in each step, twice, ends as one that nothing happened to', async () => {
  await recalculate(0);
  const undisturbed = await statesOf();
  expect(undisturbed.filter(({ state }) => state !== null)).toHaveLength(processes);
  await database.db.query('UPDATE processes SET score_state = NULL, risk = 0');
  const { progress } = await recalculate(2);
  // It goes on from where the last whole step ended, and tells how far it is.
  expect(progress.slice(0, 3)).toEqual([200, 400, 450]);
  expect(await statesOf()).toEqual(undisturbed);
});
