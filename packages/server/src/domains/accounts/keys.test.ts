import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { createReplica, type Replica } from './testing/replica.ts';

const database = testDatabase();
let replica: Replica;
let admin: string;
let operator: string;
let operatorId: string;
beforeAll(async () => {
  replica = await createReplica({ connectionString: database.connectionString });
  await replica.addUser('root', ['admin']);
  operatorId = await replica.addUser('olga', ['operator']);
  admin = (await replica.logIn('root')).access_token;
  operator = (await replica.logIn('olga')).access_token;
});
afterAll(() => replica.close());

const make = (token: string, body: object = {}) => replica.call('POST', '/api/v1/keys', { token, body });
const hoursOf = (body: Record<string, unknown>) =>
  (Date.parse(String(body['expires_at'])) - Date.parse(String(body['created_at']))) / 3_600_000;

describe('API keys', () => {
  it('have 86 characters, are shown once, and are stored as their SHA-256 alone', async () => {
    const { status, body, headers } = await make(operator, { description: 'CI' });
    expect(status).toBe(201);
    const key = String(body['api_key']);
    expect(key).toMatch(/^[\w-]{86}$/);
    expect(body['key_prefix']).toBe(key.slice(0, 8));
    expect(headers['cache-control']).toBe('no-store');
    const { rows } = await replica.db.query('SELECT * FROM api_keys WHERE id = $1', [body['id']]);
    expect(rows[0]?.['key_hash']).toEqual(createHash('sha256').update(key).digest());
    expect(JSON.stringify(rows)).not.toContain(key);
    const listed = await replica.call('GET', '/api/v1/keys', { token: operator });
    expect(JSON.stringify(listed.body)).not.toContain(key);
    expect(JSON.stringify(listed.body)).toContain(String(body['id']));
  });

  it('are not kept for an Idempotency-Key: repeating a request makes another', async () => {
    const [first, second] = [await make(operator), await make(operator)];
    expect(first.body['api_key']).not.toBe(second.body['api_key']);
    const { rowCount } = await replica.db.query('SELECT 1 FROM idempotency_keys');
    expect(rowCount).toBe(0);
  });

  it('live for the default of hours, for a year at most, and for ever only by keys:admin', async () => {
    expect(hoursOf((await make(operator)).body)).toBe(2);
    expect((await make(operator, { expires_in_hours: 8761 })).body['code']).toBe('insufficient_scope');
    expect((await make(operator, { expires_in_hours: null })).body['code']).toBe('insufficient_scope');
    const forever = await make(admin, { username: 'olga', expires_in_hours: null });
    expect(forever.body).toMatchObject({ user_id: operatorId, expires_at: null });
  });

  it('are never wider than their user, nor than the credential that makes them', async () => {
    const { api_key: narrow } = await replica.makeKey(operator, { scopes: ['keys:own', 'nodes:write'] });
    const answers = [
      await make(operator, { scopes: ['users:write'] }),
      await make(admin, { username: 'olga', scopes: ['users:write'] }),
      await make(narrow, { scopes: ['nodes:write', 'alerts:write'] }),
      await make(narrow, { username: 'root' }),
    ];
    expect(answers.map(({ body }) => body['code'])).toEqual(
      Array.from({ length: 4 }, () => 'insufficient_scope'),
    );
    const child = await make(narrow);
    expect((child.body['scopes'] as string[]).sort()).toEqual(['keys:own', 'nodes:write']);
    expect((await make(narrow, { scopes: ['nodes:write:own'] })).status).toBe(201);
  });

  it('that a key makes end with it at the latest', async () => {
    const parent = await replica.makeKey(operator, { expires_in_hours: 1 });
    const child = await make(parent.api_key, { expires_in_hours: 24 });
    expect(child.body['expires_at']).toBe(parent.expires_at);
  });

  it('of other users are listed, revoked and rotated with keys:admin only, and do not exist for anyone else', async () => {
    const { id } = await replica.makeKey(admin);
    const answers = [
      await replica.call('DELETE', `/api/v1/keys/${id}`, { token: operator }),
      await replica.call('POST', `/api/v1/keys/${id}/rotate`, { token: operator }),
      await replica.call('GET', `/api/v1/keys?user_id=${crypto.randomUUID()}`, { token: operator }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 403]);
    const own = await replica.call('GET', '/api/v1/keys', { token: operator });
    expect(new Set((own.body['data'] as { username: string }[]).map(({ username }) => username))).toEqual(
      new Set(['olga']),
    );
    const olgas = await replica.makeKey(operator);
    expect((await replica.call('DELETE', `/api/v1/keys/${olgas.id}`, { token: admin })).status).toBe(204);
    expect((await replica.call('DELETE', `/api/v1/keys/${olgas.id}`, { token: admin })).status).toBe(204);
  });

  it('are rotated into one of the same scopes and life, and the old one stops', async () => {
    const old = await replica.makeKey(operator, {
      scopes: ['self', 'nodes:read', 'keys:own'],
      expires_in_hours: 5,
    });
    const rotated = await replica.call('POST', `/api/v1/keys/${old.id}/rotate`, { token: old.api_key });
    expect(rotated.status).toBe(201);
    expect(rotated.body['scopes']).toEqual(old.scopes);
    expect(hoursOf(rotated.body)).toBe(5);
    await expect
      .poll(async () => (await replica.call('GET', '/api/v1/me', { token: old.api_key })).body['code'], {
        timeout: 5000,
      })
      .toBe('api_key_revoked');
    expect((await replica.call('GET', '/api/v1/me', { token: String(rotated.body['api_key']) })).status).toBe(
      200,
    );
    const again = await replica.call('POST', `/api/v1/keys/${old.id}/rotate`, { token: operator });
    expect([again.status, again.body['code']]).toEqual([409, 'conflict']);
  });

  it('exchange themselves at /v1/keys/rotate, for as long a life, and for ever when they never end', async () => {
    const short = await replica.makeKey(operator, { expires_in_hours: 1 });
    const rotated = await replica.call('POST', '/v1/keys/rotate', { token: short.api_key });
    expect(rotated.status).toBe(200);
    const { data } = (await replica.call('GET', '/api/v1/keys', { token: operator })).body as {
      data: readonly { key_prefix: string; created_at: string; expires_at: string }[];
    };
    const fresh = data.find(({ key_prefix }) => key_prefix === rotated.body['key_prefix']);
    expect(hoursOf(fresh ?? {})).toBe(1);
    const endless = await replica.makeKey(admin, { expires_in_hours: null });
    const again = await replica.call('POST', '/v1/keys/rotate', { token: endless.api_key });
    expect([again.status, again.body['expires_at']]).toEqual([200, null]);
    const session = await replica.call('POST', '/v1/keys/rotate', { token: operator });
    expect([session.status, session.body['code']]).toEqual([409, 'conflict']);
  });

  it('that are narrow cannot rotate themselves into a wide one', async () => {
    const wide = await replica.makeKey(operator);
    const narrow = await replica.makeKey(operator, { scopes: ['keys:own'] });
    const { body } = await replica.call('POST', `/api/v1/keys/${wide.id}/rotate`, { token: narrow.api_key });
    expect(body['code']).toBe('insufficient_scope');
  });

  it('tell when they were last used, written off the request path', async () => {
    const other = await createReplica({ connectionString: database.connectionString });
    const { api_key: token, id } = await replica.makeKey(operator);
    await other.call('GET', '/api/v1/me', { token });
    await other.close();
    const { rows } = await replica.db.query('SELECT last_used_at FROM api_keys WHERE id = $1', [id]);
    expect(rows[0]?.['last_used_at']).toBeInstanceOf(Date);
  });
});
