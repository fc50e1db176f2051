import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { testDatabase } from '../../testing/index.ts';
import { ensureAdmin, ensureServiceKeyFile } from './index.ts';
import { createReplica, type Replica } from './testing/replica.ts';

const database = testDatabase();
const folder = mkdtempSync(join(tmpdir(), 'gpushield-first-start-'));
let replica: Replica;
beforeAll(async () => {
  replica = await createReplica({ connectionString: database.connectionString });
});
afterAll(async () => {
  await replica.close();
  rmSync(folder, { recursive: true, force: true });
});

const tools = () => ({ db: replica.db, clock: systemClock(), newId: () => randomUUIDv7(), randomBytes });

describe('the first start', () => {
  it('refuses a weak password for the administrator instead of making one', async () => {
    const attempt = ensureAdmin({ ...tools(), argon2: replica.argon2, password: 'password1234' });
    await expect(attempt).rejects.toMatchObject({ code: 'weak_password' });
  });

  it('makes one administrator, whose password works, however many replicas start at once', async () => {
    const starts = Array.from({ length: 4 }, () => ensureAdmin({ ...tools(), argon2: replica.argon2 }));
    const outcomes = await Promise.all(starts);
    const made = outcomes.filter(({ created }) => created);
    expect(made).toHaveLength(1);
    const password = made[0]?.generatedPassword ?? '';
    expect(password).toHaveLength(24);
    await replica.logIn('admin', password);
    expect(await ensureAdmin({ ...tools(), argon2: replica.argon2 })).toEqual({
      created: false,
      username: 'admin',
    });
  });
});

describe("a service's key", () => {
  const file = join(folder, 'keys', 'sensor');
  const ensure = () => ensureServiceKeyFile({ ...tools(), name: 'local-sensor', role: 'sensor', file });
  const me = (token: string) => replica.call('GET', '/api/v1/me', { token });

  it('is kept in a file for its owner alone, never expires, and is used again by the next start', async () => {
    expect((await ensure()).created).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const key = readFileSync(file, 'utf8').trim();
    expect((await me(key)).body).toMatchObject({
      username: 'local-sensor',
      roles: ['sensor'],
      credential_expires_at: null,
    });
    expect((await ensure()).created).toBe(false);
    expect(readFileSync(file, 'utf8').trim()).toBe(key);
  });

  it('is made anew when it was revoked', async () => {
    const old = readFileSync(file, 'utf8').trim();
    await replica.db.query('UPDATE api_keys SET revoked_at = now() WHERE key_prefix = $1', [old.slice(0, 8)]);
    expect((await ensure()).created).toBe(true);
    expect((await me(readFileSync(file, 'utf8').trim())).status).toBe(200);
  });

  it('belongs to a user who cannot log in', async () => {
    await expect(replica.logIn('local-sensor', '')).rejects.toThrow();
    await expect(replica.logIn('local-sensor', 'anything-at-all')).rejects.toThrow('invalid_credentials');
  });

  it('is not made for a service that an administrator has disabled', async () => {
    await replica.db.query(`UPDATE users SET disabled = true WHERE username = 'local-sensor'`);
    await expect(ensure()).rejects.toMatchObject({ code: 'user_disabled' });
  });
});
