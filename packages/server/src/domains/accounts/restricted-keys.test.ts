import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { createReplica, type Replica } from './testing/replica.ts';

const database = testDatabase();
let replica: Replica;
let operator: string;
let admin: string;
let olga: string;
beforeAll(async () => {
  replica = await createReplica({
    connectionString: database.connectionString,
    isBreached: (password) => Promise.resolve(password.startsWith('leaked')),
  });
  olga = await replica.addUser('olga', ['operator']);
  await replica.addUser('root', ['admin']);
  operator = (await replica.logIn('olga')).access_token;
  admin = (await replica.logIn('root')).access_token;
});
afterAll(() => replica.close());

const me = (token: string, address: string) => replica.call('GET', '/api/v1/me', { token, address });
const make = (token: string, body: object, address = '192.0.2.1') =>
  replica.call('POST', '/api/v1/keys', { token, body, address });

describe('a key with networks', () => {
  it('works from them alone, on every use, cached or not', async () => {
    const { body } = await make(operator, { allowed_addresses: ['192.0.2.0/24', '2001:db8::/32'] });
    const key = String(body['api_key']);
    expect(body['allowed_addresses']).toEqual(['192.0.2.0/24', '2001:db8::/32']);
    for (let round = 0; round < 2; round += 1) {
      expect((await me(key, '192.0.2.200')).status).toBe(200);
      expect((await me(key, '2001:db8::7')).status).toBe(200);
      const refused = await me(key, '198.51.100.1');
      expect([refused.status, refused.body['code']]).toEqual([403, 'address_not_allowed']);
    }
  });

  it('makes and rotates keys for its own networks, never for more', async () => {
    const { body: parent } = await make(operator, { allowed_addresses: ['192.0.2.0/24'] });
    const key = String(parent['api_key']);
    expect((await make(key, {})).body['allowed_addresses']).toEqual(['192.0.2.0/24']);
    expect((await make(key, { allowed_addresses: ['192.0.2.128/25'] })).status).toBe(201);
    for (const wider of ['192.0.0.0/16', '0.0.0.0/0', '198.51.100.1'])
      expect((await make(key, { allowed_addresses: [wider] })).body['code']).toBe('insufficient_scope');
    const { body: free } = await make(operator, {});
    const taken = await replica.call('POST', `/api/v1/keys/${String(free['id'])}/rotate`, {
      token: key,
      address: '192.0.2.1',
    });
    expect([403, 201]).toContain(taken.status);
    if (taken.status === 201) expect(taken.body['allowed_addresses']).toEqual(['192.0.2.0/24']);
    const rotated = await replica.call('POST', `/api/v1/keys/${String(parent['id'])}/rotate`, {
      token: operator,
    });
    expect(rotated.body['allowed_addresses']).toEqual(['192.0.2.0/24']);
  });

  it('is refused for what is no network, naming the entry', async () => {
    for (const wrong of ['10.0.0.1/8', '999.1.1.1', '10.0.0.0/40', '::/200']) {
      const { status, body } = await make(operator, { allowed_addresses: ['10.0.0.0/8', wrong] });
      expect([status, body['code']]).toEqual([422, 'validation_failed']);
      expect(body['errors']).toMatchObject([{ field: '/allowed_addresses/1' }]);
    }
    expect((await make(operator, { allowed_addresses: [] })).status).toBe(422);
  });
});

describe("a user's sessions", () => {
  const list = async () => {
    const { body } = await replica.call('GET', `/api/v1/users/${olga}/sessions`, { token: admin });
    return body['data'] as { id: string }[];
  };

  it('are listed and ended, one or all, by who may change the user', async () => {
    const [first, second, third] = [
      (await replica.logIn('olga')).access_token,
      (await replica.logIn('olga')).access_token,
      (await replica.logIn('olga')).access_token,
    ];
    const sessions = await list();
    expect(sessions.length).toBeGreaterThanOrEqual(3);
    const [newest] = sessions;
    const one = `/api/v1/users/${olga}/sessions/${newest?.id ?? ''}`;
    expect((await replica.call('DELETE', one, { token: admin })).status).toBe(204);
    expect((await replica.call('DELETE', one, { token: admin })).status).toBe(404);
    const statusOf = async (token: string) => (await me(token, '192.0.2.1')).status;
    await expect.poll(() => statusOf(third), { timeout: 5000 }).toBe(401);
    expect(await statusOf(second)).toBe(200);
    const all = await replica.call('DELETE', `/api/v1/users/${olga}/sessions`, { token: admin });
    expect(all.status).toBe(204);
    for (const token of [first, second])
      await expect.poll(() => statusOf(token), { timeout: 5000 }).toBe(401);
    expect(await list()).toEqual([]);
  });

  it('are no business of others, and of an administrator not that of a narrower key', async () => {
    const viewer = await replica.addUser('vera', ['viewer']);
    const token = (await replica.logIn('vera')).access_token;
    for (const method of ['GET', 'DELETE'] as const)
      expect((await replica.call(method, `/api/v1/users/${viewer}/sessions`, { token })).status).toBe(403);
    const rootId = String((await me(admin, '192.0.2.1')).body['id']);
    const { api_key: narrow } = await replica.makeKey(admin, { scopes: ['users:write'] });
    const denied = await replica.call('DELETE', `/api/v1/users/${rootId}/sessions`, { token: narrow });
    expect(denied.body['code']).toBe('insufficient_scope');
  });
});

describe('a password on the list of breached ones', () => {
  it('is taken by no route', async () => {
    const password = 'leaked-plum-kettle-orbit';
    const create = { username: 'newcomer', password, roles: ['viewer'] };
    const answers = [
      await replica.call('POST', '/api/v1/users', { token: admin, body: create }),
      await replica.call('PATCH', `/api/v1/users/${olga}`, { token: admin, body: { password } }),
      await replica.call('POST', '/api/v1/me/password', {
        token: admin,
        body: { current_password: 'plum-kettle-orbit-42', new_password: password },
      }),
    ];
    expect(answers.map(({ body }) => body['code'])).toEqual(Array.from({ length: 3 }, () => 'weak_password'));
  });
});
