import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { createReplica, goodPassword, movableClock, type Replica } from './testing/replica.ts';
import { sweepEnded } from './sweep.ts';

const database = testDatabase();
const clock = movableClock();
let replica: Replica;
beforeAll(async () => {
  replica = await createReplica({ connectionString: database.connectionString, clock });
  await replica.addUser('ada', ['viewer']);
});
afterAll(() => replica.close());

const refresh = (token: string) => replica.call('POST', '/auth/refresh', { body: { refresh_token: token } });
const me = (token: string) => replica.call('GET', '/api/v1/me', { token });
const eventually = (token: string, code: string) =>
  expect.poll(async () => (await me(token)).body['code'], { interval: 5, timeout: 5000 }).toBe(code);

describe('refresh tokens', () => {
  it('work once, and give a new pair of the same session', async () => {
    const first = await replica.logIn('ada');
    const second = await refresh(first.refresh_token);
    expect(second.status).toBe(200);
    expect(second.body['refresh_token']).not.toBe(first.refresh_token);
    expect((await me(String(second.body['access_token']))).status).toBe(200);
  });

  it('that are used again end the whole session, newest tokens included, and the answer says why', async () => {
    const first = await replica.logIn('ada');
    const second = await refresh(first.refresh_token);
    replica.audit.entries.length = 0;
    const reused = await refresh(first.refresh_token);
    expect([reused.status, reused.body['code']]).toEqual([401, 'invalid_token']);
    expect(reused.body['detail']).toContain('log in again');
    expect(replica.audit.entries.map(({ action, granted }) => [action, granted])).toEqual([
      ['auth.refresh_reuse', false],
    ]);
    expect((await refresh(String(second.body['refresh_token']))).status).toBe(401);
    await eventually(String(second.body['access_token']), 'invalid_token');
  });

  it('that are sent twice at once give at most one new pair', async () => {
    const first = await replica.logIn('ada');
    const both = await Promise.all([refresh(first.refresh_token), refresh(first.refresh_token)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('end a week after the login', async () => {
    const { refresh_token } = await replica.logIn('ada');
    clock.advance(7 * 24 * 3_600_000 + 1000);
    expect((await refresh(refresh_token)).body['code']).toBe('token_expired');
    await sweepEnded(replica.db, clock);
    expect((await refresh(refresh_token)).body['code']).toBe('invalid_token');
  });
});

describe('sessions', () => {
  it('end with logout, which an unknown token does not fail', async () => {
    const { access_token, refresh_token } = await replica.logIn('ada');
    expect((await me(access_token)).status).toBe(200);
    const logout = () => replica.call('POST', '/auth/logout', { body: { refresh_token } });
    expect((await logout()).status).toBe(204);
    await eventually(access_token, 'invalid_token');
    expect((await refresh(refresh_token)).status).toBe(401);
    expect(
      (await replica.call('POST', '/auth/logout', { body: { refresh_token: 'x'.repeat(86) } })).status,
    ).toBe(204);
  });

  it('are listed with the one that asks marked, and end one by one', async () => {
    await replica.addUser('bob', ['viewer']);
    const [laptop, phone] = [await replica.logIn('bob'), await replica.logIn('bob')];
    const { body } = await replica.call('GET', '/api/v1/me/sessions', { token: laptop.access_token });
    const sessions = body['data'] as { id: string; current: boolean }[];
    expect(sessions.map(({ current }) => current).sort()).toEqual([false, true]);
    const other = sessions.find(({ current }) => !current)?.id ?? '';
    const end = (token: string) => replica.call('DELETE', `/api/v1/me/sessions/${other}`, { token });
    const stranger = await replica.logIn('ada');
    expect((await end(stranger.access_token)).status).toBe(404);
    expect((await end(laptop.access_token)).status).toBe(204);
    await eventually(phone.access_token, 'invalid_token');
    expect((await me(laptop.access_token)).status).toBe(200);
  });

  it('other than the one that asks end when the password is changed, and the old password stops', async () => {
    await replica.addUser('eve', ['viewer']);
    const [mine, other] = [await replica.logIn('eve'), await replica.logIn('eve')];
    const change = (current_password: string, new_password: string) =>
      replica.call('POST', '/api/v1/me/password', {
        token: mine.access_token,
        body: { current_password, new_password },
      });
    expect((await change('wrong-password-1', 'another-good-one-7')).status).toBe(401);
    expect((await change(goodPassword, 'password1234')).body['code']).toBe('weak_password');
    expect((await change(goodPassword, 'another-good-one-7')).status).toBe(204);
    await eventually(other.access_token, 'invalid_token');
    expect((await me(mine.access_token)).status).toBe(200);
    await expect(replica.logIn('eve')).rejects.toThrow('invalid_credentials');
    await replica.logIn('eve', 'another-good-one-7');
  });

  it('are out of reach for an API key, which cannot change the password either', async () => {
    const { access_token } = await replica.logIn('ada');
    const { api_key: token } = await replica.makeKey(access_token);
    const body = { current_password: goodPassword, new_password: 'another-good-one-7' };
    const answers = [
      await replica.call('GET', '/api/v1/me/sessions', { token }),
      await replica.call('POST', '/api/v1/me/password', { token, body }),
    ];
    expect(answers.map(({ body: answer }) => answer['code'])).toEqual([
      'insufficient_scope',
      'insufficient_scope',
    ]);
  });
});
