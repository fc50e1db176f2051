import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { createReplica, movableClock, type Replica } from './testing/replica.ts';

const database = testDatabase();
const clock = movableClock();
let replica: Replica;
let other: Replica;
let admin: string;
let clientId: string;
let secret: Record<string, unknown>;

const secretText = () => String(secret['client_secret']);
const makeSecret = async (id = clientId, body: object = {}) => {
  const made = await replica.call('POST', `/api/v1/service-accounts/${id}/secrets`, { token: admin, body });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
};
const makeAccount = async (username: string, roles: readonly string[]) => {
  const made = await replica.call('POST', '/api/v1/service-accounts', {
    token: admin,
    body: { username, roles, description: 'of a test' },
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return String(made.body['id']);
};
const basic = (id: string, text: string) => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(text)}`).toString('base64')}`,
});
const ask = (fields: Record<string, string> = {}, on = replica, text = secretText()) =>
  on.call('POST', '/oauth/token', {
    form: { grant_type: 'client_credentials', ...fields },
    headers: basic(clientId, text),
  });
const tokenOf = async (fields: Record<string, string> = {}) => {
  const answer = await ask(fields);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return String(answer.body['access_token']);
};
const me = (token: string, on = replica) => on.call('GET', '/api/v1/me', { token });

beforeAll(async () => {
  replica = await createReplica({ connectionString: database.connectionString, clock });
  other = await createReplica({ connectionString: database.connectionString, clock });
  await replica.addUser('root', ['admin']);
  admin = (await replica.logIn('root')).access_token;
  clientId = await makeAccount('dashboard', ['viewer']);
  secret = await makeSecret();
});
afterAll(async () => {
  await replica.close();
  await other.close();
});

describe('POST /oauth/token', () => {
  it("gives a client a Bearer token of 15 minutes for all of its roles' scopes, never to be stored", async () => {
    const { status, body, headers } = await ask();
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 900,
      scope: expect.stringContaining('nodes:read'),
    });
    expect([headers['cache-control'], headers['pragma']]).toEqual(['no-store', 'no-cache']);
    const who = await me(String(body['access_token']));
    expect(who.body).toMatchObject({
      id: clientId,
      kind: 'service',
      username: 'dashboard',
      roles: ['viewer'],
    });
    expect((who.body['scopes'] as string[]).join(' ')).toBe(body['scope']);
  });

  it('takes the credentials in the body as well, but not twice', async () => {
    const inBody = { client_id: clientId, client_secret: secretText() };
    const form = { grant_type: 'client_credentials', ...inBody };
    expect((await replica.call('POST', '/oauth/token', { form })).status).toBe(200);
    expect((await ask(inBody)).body['error']).toBe('invalid_request');
  });

  it('narrows the token to the scopes that were asked for, on every use', async () => {
    const answer = await ask({ scope: 'self nodes:read' });
    expect(answer.body['scope']).toBe('nodes:read self');
    const token = String(answer.body['access_token']);
    expect((await me(token)).body['scopes']).toEqual(['nodes:read', 'self']);
    expect((await replica.call('GET', '/api/v1/users', { token })).status).toBe(403);
  });

  it.each([
    ['a scope that it does not hold', { scope: 'users:write' }, 400, 'invalid_scope'],
    ['a scope that nobody knows', { scope: 'everything' }, 400, 'invalid_scope'],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
    ['no grant', { grant_type: '' }, 400, 'invalid_request'],
  ])('refuses %s in the form of RFC 6749', async (_what, fields, status, error) => {
    const answer = await ask(fields);
    expect([answer.status, answer.body['error']]).toEqual([status, error]);
    expect(Object.keys(answer.body).sort()).toEqual(['error', 'error_description']);
    expect(answer.headers['content-type']).toContain('application/json');
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('refuses a wrong secret, an unknown client and the secret of another alike, with a challenge', async () => {
    const otherId = await makeAccount('someone-else', ['admin']);
    const answers = [
      await ask({}, replica, 'x'.repeat(86)),
      await replica.call('POST', '/oauth/token', {
        form: { grant_type: 'client_credentials' },
        headers: basic(crypto.randomUUID(), secretText()),
      }),
      await replica.call('POST', '/oauth/token', {
        form: { grant_type: 'client_credentials' },
        headers: basic(otherId, secretText()),
      }),
    ];
    for (const { status, body, headers } of answers) {
      expect([status, body['error']]).toEqual([401, 'invalid_client']);
      expect(headers['www-authenticate']).toContain('Basic');
    }
    expect(new Set(answers.map(({ body }) => body['error_description'])).size).toBe(1);
  });

  it('takes a form and nothing else, each field once', async () => {
    const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: secretText() };
    expect((await replica.call('POST', '/oauth/token', { body: fields })).status).toBe(415);
    const twice = `${new URLSearchParams(fields).toString()}&grant_type=client_credentials`;
    const answer = await replica.call('POST', '/oauth/token', { form: twice });
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_request']);
    const many = Array.from({ length: 40 }, (_, i) => `f${String(i)}=1`).join('&');
    expect((await replica.call('POST', '/oauth/token', { form: many })).status).toBe(400);
    const form = 'username=root&password=plum-kettle-orbit-42';
    expect((await replica.call('POST', '/auth/login', { form })).status).toBe(415);
  });

  it('audits each decision, and makes no token when it cannot', async () => {
    replica.audit.entries.length = 0;
    await ask();
    await ask({}, replica, 'x'.repeat(86));
    expect(replica.audit.entries.map(({ action, granted, reason }) => [action, granted, reason])).toEqual([
      ['oauth.token', true, 'ok'],
      ['oauth.token', false, 'invalid_client'],
    ]);
    const count = async () => (await replica.db.query('SELECT 1 FROM client_tokens')).rowCount;
    const before = await count();
    replica.audit.failing = true;
    try {
      expect((await ask()).status).toBe(503);
    } finally {
      replica.audit.failing = false;
    }
    expect(await count()).toBe(before);
  });

  it('gives tokens that end after 15 minutes, and that no other key of ours signs', async () => {
    const token = await tokenOf();
    clock.advance(900_000);
    try {
      expect((await me(token)).body['code']).toBe('token_expired');
    } finally {
      clock.advance(-900_000);
    }
    const [header = '', payload = ''] = admin.split('.');
    const [clientHeader = '', , signature = ''] = token.split('.');
    expect((await me(`${clientHeader}.${payload}.${signature}`)).body['code']).toBe('invalid_token');
    expect((await me(`${header}.${token.split('.')[1] ?? ''}.${signature}`)).body['code']).toBe(
      'invalid_token',
    );
  });
});

describe('the end of a client token', () => {
  const endsEverywhere = async (token: string, end: () => Promise<unknown>, code: string) => {
    for (const on of [replica, other]) expect((await me(token, on)).status).toBe(200);
    await end();
    for (const on of [replica, other])
      await expect.poll(async () => (await me(token, on)).body['code'], { timeout: 5000 }).toBe(code);
  };

  it('comes on every replica when its client revokes it, and again is no error', async () => {
    const token = await tokenOf();
    const revoke = () =>
      replica.call('POST', '/oauth/revoke', { form: { token }, headers: basic(clientId, secretText()) });
    await endsEverywhere(
      token,
      async () => {
        expect((await revoke()).status).toBe(200);
      },
      'invalid_token',
    );
    expect((await revoke()).status).toBe(200);
  });

  it('cannot be brought about by another client, and an unknown token is no error', async () => {
    const token = await tokenOf();
    const otherId = await makeAccount('third', ['viewer']);
    const otherSecret = String((await makeSecret(otherId))['client_secret']);
    const headers = basic(otherId, otherSecret);
    const answer = await replica.call('POST', '/oauth/revoke', { form: { token }, headers });
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant']);
    expect((await me(token)).status).toBe(200);
    expect(
      (await replica.call('POST', '/oauth/revoke', { form: { token: 'nothing' }, headers })).status,
    ).toBe(200);
    const anyone = await replica.call('POST', '/oauth/revoke', { form: { token } });
    expect([anyone.status, anyone.body['error']]).toEqual([401, 'invalid_client']);
  });

  it('comes with the revocation of the secret that it was exchanged for', async () => {
    const mine = await makeSecret();
    const token = String((await ask({}, replica, String(mine['client_secret']))).body['access_token']);
    const url = `/api/v1/service-accounts/${clientId}/secrets/${String(mine['id'])}`;
    await endsEverywhere(token, () => replica.call('DELETE', url, { token: admin }), 'invalid_token');
    expect((await ask({}, replica, String(mine['client_secret']))).body['error']).toBe('invalid_client');
  });

  it('comes when its account is disabled', async () => {
    const token = await tokenOf();
    const url = `/api/v1/service-accounts/${clientId}`;
    await endsEverywhere(
      token,
      () => replica.call('PATCH', url, { token: admin, body: { disabled: true } }),
      'user_disabled',
    );
    expect((await ask()).body['error']).toBe('invalid_client');
    await replica.call('PATCH', url, { token: admin, body: { disabled: false } });
    expect((await ask()).status).toBe(200);
  });
});

describe('POST /oauth/introspect', () => {
  const introspect = (token: string, as: string) =>
    replica.call('POST', '/oauth/introspect', { token: as, form: { token } });

  it('says what a token is good for to who holds tokens:introspect, and nothing of one that is not', async () => {
    const token = await tokenOf({ scope: 'self' });
    const { status, body, headers } = await introspect(token, admin);
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(body).toMatchObject({
      active: true,
      scope: 'self',
      client_id: clientId,
      sub: clientId,
      username: 'dashboard',
      token_type: 'Bearer',
    });
    expect(Number(body['exp'])).toBeGreaterThan(Date.now() / 1000);
    expect((await introspect(admin, admin)).body).toMatchObject({ active: true, username: 'root' });
    for (const wrong of ['nothing', 'a.b.c', `${token}x`]) {
      expect((await introspect(wrong, admin)).body).toEqual({ active: false });
    }
  });

  it('refuses others in the form of RFC 6750', async () => {
    const denied = await introspect(admin, await tokenOf());
    expect([denied.status, denied.body['error']]).toEqual([403, 'insufficient_scope']);
    const nobody = await replica.call('POST', '/oauth/introspect', { form: { token: admin } });
    expect([nobody.status, nobody.body['error']]).toEqual([401, 'invalid_token']);
    expect(nobody.headers['www-authenticate']).toContain('Bearer');
  });
});

describe('a client secret', () => {
  it('has 86 characters, is shown once, and is stored as its SHA-256 alone', async () => {
    expect(secretText()).toMatch(/^[\w-]{86}$/);
    const { rows } = await replica.db.query('SELECT * FROM client_secrets WHERE id = $1', [secret['id']]);
    expect(rows[0]?.['secret_hash']).toEqual(createHash('sha256').update(secretText()).digest());
    const list = await replica.call('GET', `/api/v1/service-accounts/${clientId}/secrets`, { token: admin });
    expect(JSON.stringify([rows, list.body])).not.toContain(secretText());
    expect(JSON.stringify(list.body)).toContain(String(secret['id']));
  });

  it('overlaps with the one that takes over, and ends when the overlap does', async () => {
    const old = await makeSecret(clientId, { scopes: ['self', 'nodes:read'] });
    const url = `/api/v1/service-accounts/${clientId}/secrets/${String(old['id'])}/rotate`;
    const rotated = await replica.call('POST', url, { token: admin, body: { overlap_hours: 1 } });
    expect(rotated.status, JSON.stringify(rotated.body)).toBe(201);
    expect(rotated.body['scopes']).toEqual(['self', 'nodes:read']);
    const texts = [old, rotated.body].map((one) => String(one['client_secret']));
    for (const text of texts) expect((await ask({}, replica, text)).body['scope']).toBe('nodes:read self');
    clock.advance(3_600_001);
    try {
      const answers = [];
      for (const text of texts) answers.push((await ask({}, replica, text)).status);
      expect(answers).toEqual([401, 200]);
    } finally {
      clock.advance(-3_600_001);
    }
  });

  it('works only from its networks, and so do its tokens', async () => {
    const bound = String(
      (await makeSecret(clientId, { allowed_addresses: ['192.0.2.0/24'] }))['client_secret'],
    );
    const from = (address: string) =>
      replica.call('POST', '/oauth/token', {
        form: { grant_type: 'client_credentials' },
        headers: basic(clientId, bound),
        address,
      });
    expect((await from('198.51.100.1')).status).toBe(403);
    const token = String((await from('192.0.2.7')).body['access_token']);
    const use = (address: string) => replica.call('GET', '/api/v1/me', { token, address });
    expect((await use('192.0.2.9')).status).toBe(200);
    expect((await use('192.0.3.9')).body['code']).toBe('address_not_allowed');
  });

  it('is made for nobody who may do more than who makes it', async () => {
    const powerful = await makeAccount('powerful', ['admin']);
    const narrow = await replica.makeKey(admin, { scopes: ['keys:admin', 'keys:own', 'users:write'] });
    const url = `/api/v1/service-accounts/${powerful}/secrets`;
    const denied = await replica.call('POST', url, { token: narrow.api_key, body: {} });
    expect(denied.body['code']).toBe('insufficient_scope');
    const account = { username: 'made-by-narrow', roles: ['admin'] };
    const made = await replica.call('POST', '/api/v1/service-accounts', {
      token: narrow.api_key,
      body: account,
    });
    expect(made.body['code']).toBe('insufficient_scope');
  });
});

describe('a service account', () => {
  it('is listed as one, is no person, and cannot be given a password or log in', async () => {
    const list = await replica.call('GET', '/api/v1/service-accounts', { token: admin });
    const names = (list.body['data'] as { username: string }[]).map(({ username }) => username);
    expect(names).toContain('dashboard');
    expect(names).not.toContain('root');
    const patched = await replica.call('PATCH', `/api/v1/users/${clientId}`, {
      token: admin,
      body: { password: 'plum-kettle-orbit-42' },
    });
    expect(patched.body['code']).toBe('conflict');
    const { status } = await replica.call('POST', '/auth/login', {
      body: { username: 'dashboard', password: 'plum-kettle-orbit-42' },
    });
    expect(status).toBe(401);
  });

  it("cannot look at a person's sessions with its token", async () => {
    const { body } = await replica.call('GET', '/api/v1/me/sessions', { token: await tokenOf() });
    expect(body['code']).toBe('insufficient_scope');
  });
});
