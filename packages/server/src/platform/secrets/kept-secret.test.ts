import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deriveKey, deriveSecret } from './derive-key.ts';
import { keepSecret } from './kept-secret.ts';
import { createSecret } from './secret.ts';

const run = promisify(execFile);

describe('a kept secret', () => {
  let dataDir = '';
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'gpushield-secrets-'));
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('is made once and found again by the next start', () => {
    const first = keepSecret(dataDir, 'secret-key');
    const second = keepSecret(dataDir, 'secret-key');
    if (!first.ok || !second.ok) throw new Error('expected both to succeed');
    expect([first.created, second.created]).toEqual([true, false]);
    expect(second.secret.reveal()).toBe(first.secret.reveal());
    expect(first.secret.reveal()).toHaveLength(64);
  });

  it('can be read by its owner only, and leaves no draft behind', () => {
    keepSecret(dataDir, 'secret-key');
    expect(statSync(join(dataDir, 'secrets', 'secret-key')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'secrets')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(dataDir, 'secrets'))).toEqual(['secret-key']);
  });

  it('is refused when others may read its file', () => {
    keepSecret(dataDir, 'secret-key');
    chmodSync(join(dataDir, 'secrets', 'secret-key'), 0o644);
    expect(keepSecret(dataDir, 'secret-key')).toMatchObject({
      ok: false,
      problem: expect.stringContaining('chmod 600'),
    });
  });

  it('is refused when its file is cut short, instead of starting with a weak secret', () => {
    keepSecret(dataDir, 'secret-key');
    writeFileSync(join(dataDir, 'secrets', 'secret-key'), 'short');
    expect(keepSecret(dataDir, 'secret-key')).toMatchObject({ ok: false });
  });

  it('answers a data directory that cannot be made as a problem that names the path', () => {
    writeFileSync(join(dataDir, 'file'), '');
    const kept = keepSecret(join(dataDir, 'file'), 'secret-key');
    expect(kept).toMatchObject({ ok: false, problem: expect.stringContaining(join(dataDir, 'file')) });
  });

  it('is the same for processes that race to make it', async () => {
    const script = `import { keepSecret } from ${JSON.stringify(join(import.meta.dirname, 'kept-secret.ts'))};
      const kept = keepSecret(process.argv[1], 'secret-key');
      process.stdout.write(kept.ok ? kept.secret.reveal() : kept.problem);`;
    const starts = Array.from({ length: 6 }, () =>
      run(process.execPath, ['--input-type=module', '--eval', script, dataDir]),
    );
    const values = (await Promise.all(starts)).map(({ stdout }) => stdout);
    expect(new Set(values).size).toBe(1);
    expect(values[0]).toHaveLength(64);
  });
});

describe('derived keys', () => {
  const root = createSecret('r'.repeat(32));

  it('are stable for a purpose and differ between purposes and roots', () => {
    const key = deriveKey(root, 'cursor-v1').export().toString('hex');
    expect(key).toBe(deriveKey(root, 'cursor-v1').export().toString('hex'));
    expect(key).toHaveLength(64);
    expect(key).not.toBe(deriveKey(root, 'sealing-v1').export().toString('hex'));
    expect(key).not.toBe(
      deriveKey(createSecret('s'.repeat(32)), 'cursor-v1')
        .export()
        .toString('hex'),
    );
  });

  it('give the same bytes as text', () => {
    const text = deriveSecret(root, 'hmac-v1').reveal();
    expect(Buffer.from(text, 'base64url')).toEqual(deriveKey(root, 'hmac-v1').export());
  });
});
