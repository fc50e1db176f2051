import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { defaultLoginLimits } from './login-limits.ts';
import { cheapArgon2, createReplica, goodPassword, type Replica } from './testing/replica.ts';

const database = testDatabase();
let replica: Replica;
beforeAll(async () => {
  replica = await createReplica({ connectionString: database.connectionString });
  await replica.addUser('Ada', ['viewer']);
});
afterAll(() => replica.close());

const attempt = (username: string, password: string, on = replica, address = '127.0.0.1') =>
  on.call('POST', '/auth/login', { body: { username, password }, address });

describe('POST /auth/login', () => {
  it('answers a bearer token of 15 minutes and a refresh token, and the token works', async () => {
    const { status, body, headers } = await attempt('ada', goodPassword);
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 900,
      refresh_token: expect.stringMatching(/^[\w-]{86}$/),
    });
    expect(headers['cache-control']).toBe('no-store');
    const me = await replica.call('GET', '/api/v1/me', { token: String(body['access_token']) });
    expect(me.body).toMatchObject({ kind: 'user', username: 'Ada', roles: ['viewer'] });
  });

  it('answers an unknown user and a wrong password alike', async () => {
    const [unknown, wrong] = await Promise.all([
      attempt('nobody', goodPassword),
      attempt('ada', 'wrong-password-1'),
    ]);
    for (const { status, body } of [unknown, wrong])
      expect([status, body['code']]).toEqual([401, 'invalid_credentials']);
    expect(unknown.body['detail']).toBe(wrong.body['detail']);
  });

  it('audits each decision, and never the name that nobody has, which may be a password', async () => {
    replica.audit.entries.length = 0;
    await attempt('ada', goodPassword);
    await attempt('ada', 'wrong-password-1');
    await attempt('MyPassword.typed-in-the-wrong-field', 'x');
    expect(replica.audit.entries.map(({ action, granted, reason }) => [action, granted, reason])).toEqual([
      ['auth.login', true, 'ok'],
      ['auth.login', false, 'invalid_credentials'],
      ['auth.login', false, 'invalid_credentials'],
    ]);
    expect(JSON.stringify(replica.audit.entries)).not.toContain('MyPassword');
  });

  it('makes no session when it cannot be audited', async () => {
    const count = async () => (await replica.db.query('SELECT id FROM sessions')).rowCount;
    const before = await count();
    replica.audit.failing = true;
    try {
      expect((await attempt('ada', goodPassword)).status).toBe(503);
    } finally {
      replica.audit.failing = false;
    }
    expect(await count()).toBe(before);
  });

  it('refuses a disabled user only after the password was right', async () => {
    const id = await replica.addUser('gone', ['viewer']);
    await replica.db.query('UPDATE users SET disabled = true WHERE id = $1', [id]);
    expect((await attempt('gone', goodPassword)).body['code']).toBe('user_disabled');
    expect((await attempt('gone', 'wrong-password-1')).body['code']).toBe('invalid_credentials');
  });

  it('hashes a password anew when the parameters have changed, and both hashes verify it', async () => {
    const stronger = await createReplica({
      connectionString: database.connectionString,
      argon2: { ...cheapArgon2, timeCost: 2 },
    });
    try {
      const id = await replica.addUser('rehash', ['viewer']);
      const stored = async () =>
        (
          await replica.db.query<{ password_hash: string }>('SELECT password_hash FROM users WHERE id = $1', [
            id,
          ])
        ).rows[0];
      expect((await stored())?.password_hash).toContain('t=1');
      await Promise.all([stronger.logIn('rehash'), stronger.logIn('rehash')]);
      expect((await stored())?.password_hash).toContain('t=2');
      await stronger.logIn('rehash');
    } finally {
      await stronger.close();
    }
  });

  it('takes ten attempts a minute from one address, then says when to come back', async () => {
    const limited = await createReplica({
      connectionString: database.connectionString,
      loginLimits: defaultLoginLimits,
    });
    try {
      const tries = [];
      for (let i = 0; i < 11; i += 1)
        tries.push(await attempt('ada', 'wrong-password-1', limited, '192.0.2.7'));
      expect(tries.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
      expect(Number(tries.at(-1)?.headers['retry-after'])).toBeGreaterThan(0);
      expect((await attempt('ada', goodPassword, limited, '192.0.2.8')).status).toBe(200);
    } finally {
      await limited.close();
    }
  });

  it('refuses a storm beyond its queue with Retry-After, and serves what it accepted', async () => {
    const small = await createReplica({ connectionString: database.connectionString, maxWaitingHashes: 4 });
    try {
      const storm = await Promise.all(Array.from({ length: 32 }, () => attempt('ada', goodPassword, small)));
      const refused = storm.filter(({ status }) => status === 429);
      expect(storm.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(5);
      expect(refused.length).toBeGreaterThan(0);
      for (const { body, headers } of refused) {
        expect(body['code']).toBe('overloaded');
        expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      }
      expect((await attempt('ada', goodPassword, small)).status).toBe(200);
    } finally {
      await small.close();
    }
  });
});
