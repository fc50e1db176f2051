import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBreachedPasswords } from './breached-passwords.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'breached-'));
});
afterAll(() => rm(folder, { recursive: true }));

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex').toUpperCase();

const ask = async (content: string, passwords: readonly string[]): Promise<boolean[]> => {
  const path = join(folder, randomBytes(6).toString('hex'));
  await writeFile(path, content);
  const list = await openBreachedPasswords(path);
  try {
    const answers = [];
    for (const password of passwords) answers.push(await list.isBreached(password));
    return answers;
  } finally {
    await list.close();
  }
};

describe('a list of breached passwords', () => {
  const leaked = Array.from({ length: 500 }, (_, n) => `leaked-${String(n)}`);
  const safe = Array.from({ length: 200 }, (_, n) => `safe-${String(n)}`);
  const hashes = leaked.map(sha1).sort();

  it.each([
    ['with counts, as it is shipped', hashes.map((one, n) => `${one}:${String(n * 37)}`).join('\r\n')],
    ['of bare hashes', `${hashes.join('\n')}\n`],
    ['in lower case', hashes.join('\n').toLowerCase()],
  ])('%s, finds each of its own and none other', async (_form, content) => {
    expect(await ask(content, leaked)).toEqual(leaked.map(() => true));
    expect(await ask(content, safe)).toEqual(safe.map(() => false));
  });

  it('of one line, or of none, is a list as well', async () => {
    expect(await ask(sha1('one'), ['one', 'two'])).toEqual([true, false]);
    expect(await ask('', ['one'])).toEqual([false]);
  });

  it('is refused when it is something else', async () => {
    await expect(ask('password\n123456\n', ['password'])).rejects.toThrow('SHA-1');
    await expect(openBreachedPasswords(join(folder, 'missing'))).rejects.toThrow();
  });
});
