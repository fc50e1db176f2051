import { expect, it } from 'vitest';
import type { Database, Executor } from '../../platform/database/types.ts';
import { testDatabase } from '../../testing/index.ts';
import { createRulesCache } from './rules-cache.ts';
import { loadRules } from './switches.ts';

const database = testDatabase();

/** The database, whose channel the test speaks on, and an executor that waits until it is let go. */
const listened = () => {
  let handlers: Parameters<Database['listen']>[1] | undefined;
  const db: Database = {
    ...database.db,
    listen: (_channel, given) => {
      handlers = given;
      given.onConnection?.(true);
      return Promise.resolve({ close: () => Promise.resolve() });
    },
  };
  return { db, notify: () => handlers?.onNotification('') };
};
const heldBack = (): { readonly executor: Executor; readonly letGo: () => void } => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const query: Executor['query'] = async (...args) => {
    const answer = await database.db.query(...args);
    await promise;
    return answer as never;
  };
  return { executor: { ...database.db, query }, letGo: () => resolve(undefined) };
};

it('rules that were loaded before a change are never told under the number after it', async () => {
  const { db, notify } = listened();
  const cache = createRulesCache(db);
  await cache.start();
  const { executor, letGo } = heldBack();
  const before = cache.current(executor);
  notify();
  letGo();
  const [old, fresh] = [await before, await cache.current(database.db)];
  expect(old.generation).toBeLessThan(fresh.generation);
  expect(fresh.rules).not.toBe(old.rules);
  expect(fresh.rules).toEqual(await loadRules(database.db));
  // Nothing changed since: the same rules under the same number.
  expect(await cache.current(database.db)).toEqual(fresh);
  await cache.stop();
});
