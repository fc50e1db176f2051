import { describe, expect, it, vi } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { createListener } from './listener.ts';
import { silentLog } from './log.ts';

const test = testDatabase();
/** As another process would. */
const send = (channel: string, payload: string) =>
  test.db.query('SELECT pg_notify($1, $2)', [channel, payload]);
const killListeners = () =>
  test.db.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
  );

const recorder = () => {
  const heard: string[] = [];
  return {
    heard,
    handlers: {
      onNotification: (payload: string) => void heard.push(payload),
      onConnection: (connected: boolean) => void heard.push(connected ? 'up' : 'down'),
    },
  };
};

describe('LISTEN', () => {
  it('delivers each channel to its own listeners, and nothing after they were closed', async () => {
    const [first, second] = [recorder(), recorder()];
    const one = await test.db.listen('chan-1', first.handlers);
    const two = await test.db.listen('chan-2', second.handlers);
    await send('chan-1', 'a');
    await send('chan-2', 'b');
    await vi.waitFor(() =>
      expect([first.heard, second.heard]).toEqual([
        ['up', 'a'],
        ['up', 'b'],
      ]),
    );
    await one.close();
    await send('chan-1', 'c');
    await send('chan-2', 'd');
    await vi.waitFor(() => expect(second.heard).toEqual(['up', 'b', 'd']));
    expect(first.heard).toEqual(['up', 'a']);
    await two.close();
  });

  it('this process hears of its own transaction before it is over, and of nothing that was undone', async () => {
    const { heard, handlers } = recorder();
    const subscription = await test.db.listen('own', handlers);
    await test.db.transaction(async (tx) => {
      await tx.notify('own', 'kept');
      const undone = tx.savepoint(async () => {
        await tx.notify('own', 'undone');
        throw new Error('undone');
      });
      await expect(undone).rejects.toThrow('undone');
      expect(heard).toEqual(['up']);
    });
    // PostgreSQL may have said it already, too.
    expect(heard.slice(0, 2)).toEqual(['up', 'kept']);
    const failed = test.db.transaction(async (tx) => {
      await tx.notify('own', 'rolled back');
      throw new Error('failed');
    });
    await expect(failed).rejects.toThrow('failed');
    await send('own', 'end');
    // What PostgreSQL itself says of the first transaction comes before what was sent later.
    await vi.waitFor(() => expect(heard).toEqual(['up', 'kept', 'kept', 'end']));
    await subscription.close();
  });

  it('says that it lost its connection, reconnects, and hears again', async () => {
    const { heard, handlers } = recorder();
    const subscription = await test.db.listen('again', handlers);
    await killListeners();
    await vi.waitFor(() => expect(heard).toEqual(['up', 'down', 'up']), 10_000);
    await send('again', 'back');
    await vi.waitFor(() => expect(heard.at(-1)).toBe('back'));
    await subscription.close();
  });

  it('a handler that throws silences nobody else', async () => {
    const { heard, handlers } = recorder();
    const bad = await test.db.listen('shared', {
      onNotification: () => {
        throw new Error('bad handler');
      },
    });
    const good = await test.db.listen('shared', handlers);
    await send('shared', 'x');
    await vi.waitFor(() => expect(heard).toContain('x'));
    await bad.close();
    await good.close();
  });

  it('starts while the database is away and connects when told where it is', async () => {
    const settings = {
      connectionString: 'postgresql://u:p@127.0.0.1:9/d',
      min: 0,
      max: 1,
      statementTimeoutMs: 1_000,
      connectTimeoutMs: 500,
      log: silentLog,
    };
    const listener = createListener({ settings, log: silentLog });
    const { heard, handlers } = recorder();
    await listener.listen('away', handlers);
    expect(heard).toEqual([]);
    await listener.close();
  });
});
