import { mkdtemp, readFile, readdir, rm, stat, writeFile, utimes, mkdir } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credentialsPath } from './location.ts';
import { staleLockMs, withFileLock } from './lock.ts';
import { createCredentialsStore } from './store.ts';

const sample = {
  url: 'http://127.0.0.1:8000',
  access_token: 'a',
  refresh_token: 'r',
  expires: '2026-01-31T12:00:00.000Z',
};
let home: string;
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), 'gpushield-cli-'))));
afterEach(() => rm(home, { recursive: true, force: true }));

describe('credentials file', () => {
  it('lies in XDG_CONFIG_HOME when that is absolute, in ~/.config otherwise', () => {
    expect(credentialsPath({ env: { XDG_CONFIG_HOME: '/x' }, homeDirectory: '/h' })).toBe(
      '/x/gpushield/credentials.json',
    );
    expect(credentialsPath({ env: { XDG_CONFIG_HOME: 'x' }, homeDirectory: '/h' })).toBe(
      '/h/.config/gpushield/credentials.json',
    );
  });
  it('is readable by its owner alone, whatever the umask, and so is its folder', async () => {
    const before = process.umask(0);
    try {
      const store = createCredentialsStore({ path: join(home, 'c', 'credentials.json'), newId: randomUUID });
      await store.write(sample);
      expect((await stat(store.path)).mode & 0o777).toBe(0o600);
      expect((await stat(dirname(store.path))).mode & 0o777).toBe(0o700);
      expect(await store.isExposed()).toBe(false);
      expect(await store.read()).toEqual(sample);
    } finally {
      process.umask(before);
    }
  });
  it('shows readers the old content or the new one, never a part, and leaves nothing behind', async () => {
    const store = createCredentialsStore({ path: join(home, 'credentials.json'), newId: randomUUID });
    await store.write(sample);
    const long = { ...sample, access_token: 'x'.repeat(200_000) };
    const writes = Promise.all(
      Array.from({ length: 20 }, (_, index) => store.write(index % 2 === 0 ? long : sample)),
    );
    for (let index = 0; index < 50; index += 1) {
      const text = await readFile(store.path, 'utf8');
      expect([1, 200_000]).toContain((JSON.parse(text) as typeof sample).access_token.length);
    }
    await writes;
    expect(await readdir(home)).toEqual(['credentials.json']);
  });
  it('keeps the old content when the new one cannot be put in its place', async () => {
    const path = join(home, 'credentials.json');
    await mkdir(join(path, 'in-the-way'), { recursive: true });
    const store = createCredentialsStore({ path, newId: randomUUID });
    await expect(store.write(sample)).rejects.toThrow();
    expect(await readdir(home)).toEqual(['credentials.json']);
  });
  it('says which file is damaged instead of using it', async () => {
    const store = createCredentialsStore({ path: join(home, 'credentials.json'), newId: randomUUID });
    await writeFile(store.path, '{"url": 1');
    await expect(store.read()).rejects.toMatchObject({ fields: { detail: store.path } });
  });
});

describe('file lock', () => {
  const options = () => ({
    path: join(home, 'lock'),
    now: Date.now,
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  });
  it('lets one at a time in', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 5 }, () =>
        withFileLock(options(), async () => {
          inside += 1;
          most = Math.max(most, inside);
          await new Promise((resolve) => setTimeout(resolve, 5));
          inside -= 1;
        }),
      ),
    );
    expect(most).toBe(1);
    expect(await readdir(home)).toEqual([]);
  });
  it('takes over the lock of a process that died', async () => {
    await writeFile(join(home, 'lock'), '');
    const old = (Date.now() - staleLockMs - 1000) / 1000;
    await utimes(join(home, 'lock'), old, old);
    expect(await withFileLock(options(), async () => 'in')).toBe('in');
  });
});
