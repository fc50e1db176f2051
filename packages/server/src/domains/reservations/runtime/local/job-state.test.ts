import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readUntrusted } from './job-state.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gpushield-state-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('a log that a job may have replaced', () => {
  it('is read at its end, where the reason stands, and never through a link', () => {
    const log = join(directory, 'sshd.log');
    writeFileSync(log, `${'old line\n'.repeat(2_000)}the reason\n`);
    const tail = readUntrusted(log, { maxBytes: 100, from: 'end' });
    expect(tail).toHaveLength(100);
    expect(tail?.endsWith('the reason\n')).toBe(true);
    expect(readUntrusted(log, { maxBytes: 8 })).toBe('old line');
    writeFileSync(join(directory, 'short'), 'all of it');
    expect(readUntrusted(join(directory, 'short'), { maxBytes: 100, from: 'end' })).toBe('all of it');
    symlinkSync(log, join(directory, 'link'));
    expect(readUntrusted(join(directory, 'link'), { from: 'end' })).toBeUndefined();
    expect(readUntrusted(directory, { from: 'end' })).toBeUndefined();
  });
});
