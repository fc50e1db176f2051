import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { createReplica, movableClock, type Replica } from './testing/replica.ts';

const database = testDatabase();
const clock = movableClock();
let here: Replica;
let there: Replica;
let admin: string;
beforeAll(async () => {
  here = await createReplica({ connectionString: database.connectionString });
  there = await createReplica({ connectionString: database.connectionString, clock });
  await here.addUser('root', ['admin']);
  admin = (await here.logIn('root')).access_token;
});
afterAll(async () => {
  await here.close();
  await there.close();
});

/** Polls the other replica until it refuses; answers its code and the milliseconds that it took. */
const refusedThere = async (token: string): Promise<{ code: unknown; ms: number }> => {
  const started = performance.now();
  for (;;) {
    const { status, body } = await there.call('GET', '/api/v1/me', { token });
    const ms = performance.now() - started;
    if (status !== 200 || ms > 5000) return { code: body['code'], ms };
    // Injected requests do no I/O of their own: without a pause nothing would be read from the database's socket.
    await setTimeout(1);
  }
};
const worksThere = async (token: string) =>
  expect((await there.call('GET', '/api/v1/me', { token })).status).toBe(200);

describe('on every other replica', () => {
  it('a revoked key stops working, warm in its cache as it is', async () => {
    const key = await here.makeKey(admin);
    await worksThere(key.api_key);
    expect((await here.call('DELETE', `/api/v1/keys/${key.id}`, { token: admin })).status).toBe(204);
    const { code, ms } = await refusedThere(key.api_key);
    expect(code).toBe('api_key_revoked');
    console.info(`a revoked key was refused by the other replica after ${ms.toFixed(1)} ms`);
  });

  it('a key that somebody revoked with psql stops working too', async () => {
    const key = await here.makeKey(admin);
    await worksThere(key.api_key);
    await here.db.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [key.id]);
    expect((await refusedThere(key.api_key)).code).toBe('api_key_revoked');
  });

  it("a disabled user's tokens and keys stop working, and its keys work again once it is enabled", async () => {
    const id = await here.addUser('carl', ['operator']);
    const { access_token } = await here.logIn('carl');
    const key = await here.makeKey(access_token);
    await worksThere(access_token);
    await worksThere(key.api_key);
    const set = (disabled: boolean) =>
      here.call('PATCH', `/api/v1/users/${id}`, { token: admin, body: { disabled } });
    expect((await set(true)).status).toBe(200);
    expect((await refusedThere(access_token)).code).toBe('user_disabled');
    expect((await refusedThere(key.api_key)).code).toBe('user_disabled');
    expect((await set(false)).status).toBe(200);
    await expect
      .poll(async () => (await there.call('GET', '/api/v1/me', { token: key.api_key })).status, {
        timeout: 5000,
      })
      .toBe(200);
    // Disabling ended the session for good.
    expect((await refusedThere(access_token)).code).toBe('invalid_token');
  });

  it("a key loses what its user's roles lose", async () => {
    const id = await here.addUser('dora', ['operator']);
    const key = await here.makeKey((await here.logIn('dora')).access_token);
    const scopesThere = async () =>
      (await there.call('GET', '/api/v1/me', { token: key.api_key })).body['scopes'];
    expect(await scopesThere()).toContain('nodes:write');
    await here.call('PATCH', `/api/v1/users/${id}`, { token: admin, body: { roles: ['viewer'] } });
    await expect.poll(scopesThere, { interval: 5, timeout: 5000 }).not.toContain('nodes:write');
  });

  it('a key that was revoked while the listener was away is refused: nothing cached is trusted then', async () => {
    const key = await here.makeKey(admin);
    await worksThere(key.api_key);
    // Every listening connection of this database is cut, and the key revoked in the same breath.
    await here.db.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ~ '^(LISTEN|SELECT 1$)'`,
    );
    await here.db.query('UPDATE api_keys SET revoked_at = now() WHERE id = $1', [key.id]);
    expect((await refusedThere(key.api_key)).code).toBe('api_key_revoked');
  });

  it('a key ends on time, warm in its cache as it is', async () => {
    const key = await here.makeKey(admin, { expires_in_hours: 1 });
    await worksThere(key.api_key);
    clock.advance(3_600_001);
    const { body, status } = await there.call('GET', '/api/v1/me', { token: key.api_key });
    expect([status, body['code']]).toEqual([403, 'api_key_expired']);
  });
});
