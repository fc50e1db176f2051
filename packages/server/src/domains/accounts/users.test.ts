import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { createReplica, goodPassword, type Replica } from './testing/replica.ts';

const database = testDatabase();
let replica: Replica;
let admin: string;
let adminId: string;
beforeAll(async () => {
  replica = await createReplica({ connectionString: database.connectionString });
  adminId = await replica.addUser('root', ['admin']);
  admin = (await replica.logIn('root')).access_token;
});
afterAll(() => replica.close());

const create = (body: object, token = admin) => replica.call('POST', '/api/v1/users', { token, body });
const patch = (id: string, body: object, token = admin) =>
  replica.call('PATCH', `/api/v1/users/${id}`, { token, body });

describe('users', () => {
  it('are created, read, listed newest first page by page, and can log in', async () => {
    const made = await create({
      username: 'ada',
      password: goodPassword,
      roles: ['viewer'],
      email: 'ada@example.org',
    });
    expect(made.status).toBe(201);
    expect(JSON.stringify(made.body)).not.toContain('argon2');
    const read = await replica.call('GET', `/api/v1/users/${String(made.body['id'])}`, { token: admin });
    expect(read.body).toEqual(made.body);
    await create({ username: 'bob', password: goodPassword, roles: ['viewer'] });
    const names: unknown[] = [];
    for (let cursor: string | null | undefined = undefined; cursor !== null;) {
      const query: string = cursor === undefined ? '' : `&cursor=${cursor}`;
      const { body } = await replica.call('GET', `/api/v1/users?limit=1${query}`, { token: admin });
      names.push(...(body['data'] as { username: string }[]).map(({ username }) => username));
      cursor = (body['pagination'] as { cursor: string | null }).cursor;
    }
    expect(names).toEqual(['bob', 'ada', 'root']);
    await replica.logIn('ADA');
  });

  it('have a name that nobody else has, in whatever case', async () => {
    await create({ username: 'Grace', password: goodPassword, roles: ['viewer'] });
    const again = await create({ username: 'grace', password: goodPassword, roles: ['viewer'] });
    expect([again.status, again.body['code']]).toEqual([409, 'already_exists']);
  });

  it('cannot be given a weak password', async () => {
    const { status, body } = await create({ username: 'weak', password: 'Password1234', roles: ['viewer'] });
    expect([status, body['code']]).toEqual([422, 'weak_password']);
  });

  it('are changed by those alone who may do all that the user may do', async () => {
    const viewer = await replica.addUser('peter', ['viewer']);
    const { api_key: narrow } = await replica.makeKey(admin, { scopes: ['users:write', 'users:read'] });
    const answers = [
      await create({ username: 'mallory', password: goodPassword, roles: ['admin'] }, narrow),
      await patch(adminId, { password: 'another-good-one-7' }, narrow),
      await patch(viewer, { roles: ['admin'] }, narrow),
      await patch(viewer, { disabled: true }, narrow),
    ];
    expect(answers.map(({ body }) => body['code'])).toEqual(
      Array.from({ length: 4 }, () => 'insufficient_scope'),
    );
    await replica.logIn('root');
  });

  it('who are the last active administrator can be neither disabled nor demoted', async () => {
    for (const change of [{ disabled: true }, { roles: ['viewer'] }]) {
      const { status, body } = await patch(adminId, change);
      expect([status, body['code']]).toEqual([409, 'conflict']);
    }
    expect((await replica.call('GET', '/api/v1/me', { token: admin })).status).toBe(200);
  });

  it('who are the last two administrators cannot demote each other at once', async () => {
    const second = await replica.addUser('second', ['admin']);
    const token = (await replica.logIn('second')).access_token;
    const answers = await Promise.all([
      patch(second, { roles: ['viewer'] }, admin),
      patch(adminId, { roles: ['viewer'] }, token),
    ]);
    expect(answers.map(({ status }) => status).filter((status) => status === 200).length).toBeLessThanOrEqual(
      1,
    );
    const { rowCount } = await replica.db.query(
      `SELECT 1 FROM users WHERE 'admin' = ANY (roles) AND NOT disabled`,
    );
    expect(rowCount).toBeGreaterThanOrEqual(1);
  });
});
