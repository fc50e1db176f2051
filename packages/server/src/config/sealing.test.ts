import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, systemContext, type Config } from '../config.ts';
import { createSealer } from '../platform/secrets/index.ts';

const secretKey = randomBytes(48).toString('base64');
const newKey = (): string => randomBytes(32).toString('base64');

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'gpushield-config-'));
});
afterEach(() => {
  rmSync(cwd, { recursive: true, force: true });
});

const load = (env: Record<string, string>): Config =>
  loadConfig({ SECRET_KEY: secretKey, ...env }, systemContext(cwd));

const refusal = (env: Record<string, string>): string => {
  try {
    load(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.report;
    throw error;
  }
  throw new Error('the configuration was accepted');
};

/** Whether what was sealed under one configuration opens under the other. */
const opens = (before: Config, after: Config): boolean => {
  const sealed = createSealer(before.sealing).seal('text', 'purpose');
  return createSealer(after.sealing).unseal(sealed, 'purpose') === 'text';
};

describe('sealing keys', () => {
  it('are derived from SECRET_KEY unless given, the same on every replica', () => {
    expect(load({}).sealing.current.id).toMatch(/^k[0-9a-f]{10}$/);
    expect(opens(load({}), load({}))).toBe(true);
  });

  it('keep the derived key among the older ones once a key is given', () => {
    const after = load({ GPUSHIELD_SEALING_KEY: `2026-10:${newKey()}` });
    expect(after.sealing.current.id).toBe('2026-10');
    expect(opens(load({}), after)).toBe(true);
  });

  it('come from a file as from the environment', () => {
    const key = newKey();
    writeFileSync(join(cwd, 'key'), `${key}\n`);
    const [file, environment] = [
      load({ GPUSHIELD_SEALING_KEY_FILE: 'key' }),
      load({ GPUSHIELD_SEALING_KEY: key }),
    ];
    expect(file.sealing.current.id).toBe(environment.sealing.current.id);
    expect(opens(environment, file)).toBe(true);
  });

  it('open what former keys sealed, a former SECRET_KEY included', () => {
    const [first, second] = [`first:${newKey()}`, newKey()];
    const after = load({
      SECRET_KEY: randomBytes(48).toString('base64'),
      GPUSHIELD_SEALING_KEY: `third:${newKey()}`,
      GPUSHIELD_SEALING_KEYS_OLD: JSON.stringify([first, second, `secret-key:${secretKey}`]),
    });
    expect(opens(load({ GPUSHIELD_SEALING_KEY: first }), after)).toBe(true);
    expect(opens(load({ GPUSHIELD_SEALING_KEY: second }), after)).toBe(true);
    expect(opens(load({}), after)).toBe(true);
  });

  it.each([
    [
      'too short',
      { GPUSHIELD_SEALING_KEY: randomBytes(31).toString('base64') },
      'SEALING_KEY must be 32 bytes',
    ],
    ['no base64', { GPUSHIELD_SEALING_KEY: '!'.repeat(43) }, 'SEALING_KEY must be 32 bytes'],
    ['all zeros', { GPUSHIELD_SEALING_KEY: 'A'.repeat(43) }, 'SEALING_KEY must be 32 random bytes'],
    ['badly named', { GPUSHIELD_SEALING_KEY: `a.b:${newKey()}` }, 'SEALING_KEY must use a name'],
    ['in no file', { GPUSHIELD_SEALING_KEY_FILE: 'nowhere' }, 'which cannot be read'],
    ['old and unreadable', { GPUSHIELD_SEALING_KEYS_OLD: `${newKey()},x` }, 'entry 2 that must be 32 bytes'],
    ['old and short', { GPUSHIELD_SEALING_KEYS_OLD: 'secret-key:short' }, 'at least 32 bytes'],
    [
      'two of one name',
      { GPUSHIELD_SEALING_KEY: `a:${newKey()}`, GPUSHIELD_SEALING_KEYS_OLD: `a:${newKey()}` },
      'two different keys of the name a',
    ],
    [
      'given twice',
      { GPUSHIELD_SEALING_KEY: newKey(), GPUSHIELD_SEALING_KEY_FILE: 'key' },
      'is set together with GPUSHIELD_SEALING_KEY',
    ],
  ])('are refused when %s, without showing them and before anything is written', (_what, env, problem) => {
    const report = refusal({ ...env, SECRET_KEY: '' });
    expect(report).toContain(problem);
    for (const value of Object.values(env)) if (value.length > 40) expect(report).not.toContain(value);
    expect(readdirSync(cwd)).toEqual([]);
  });
});
