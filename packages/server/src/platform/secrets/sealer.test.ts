import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealer, sealingKeyOf, UnsealError } from './index.ts';

const newKey = (id?: string) => sealingKeyOf(randomBytes(32), id);
const sealer = createSealer({ current: newKey('a') });

const problemOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof UnsealError) return error.problem;
    throw error;
  }
  return 'opened';
};

describe('a sealer', () => {
  it('opens what it sealed, whatever the text and the purpose', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, purpose) => {
        expect(sealer.unseal(sealer.seal(text, purpose), purpose)).toBe(text);
      }),
    );
  });

  it('writes its form, printable, and never the same twice', () => {
    const sealed = sealer.seal('text', 'p');
    expect(sealed).toMatch(/^gs1\.a\.[A-Za-z0-9_-]+$/);
    expect(sealer.seal('text', 'p')).not.toBe(sealed);
    expect(Buffer.from(sealed.slice(6), 'base64url')).toHaveLength(12 + 4 + 16);
  });

  it('opens nothing of which any bit was changed', () => {
    const sealed = sealer.seal('secret text', 'p');
    const bytes = Buffer.from(sealed.slice(6), 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const text = `gs1.a.${changed.toString('base64url')}`;
      expect(problemOf(() => sealer.unseal(text, 'p'))).toBe('tampered');
    }
  });

  it('opens nothing of which any character was changed, cut or added', () => {
    const sealed = sealer.seal('secret', 'p');
    for (let index = 0; index < sealed.length; index += 1) {
      for (const letter of ['A', 'z', '.', ' ', '=', '']) {
        const changed = sealed.slice(0, index) + letter + sealed.slice(index + 1);
        if (changed !== sealed) expect(problemOf(() => sealer.unseal(changed, 'p'))).not.toBe('opened');
      }
    }
    for (const changed of [`${sealed}A`, `${sealed}=`, ` ${sealed}`, `${sealed}\n`, '', 'gs1.a.']) {
      expect(problemOf(() => sealer.unseal(changed, 'p'))).not.toBe('opened');
    }
  });

  it('opens nothing in another place: the purpose is part of it', () => {
    const sealed = sealer.seal('secret', 'webhook:1');
    expect(problemOf(() => sealer.unseal(sealed, 'webhook:2'))).toBe('tampered');
    expect(problemOf(() => sealer.unseal(sealed, ''))).toBe('tampered');
    const other = createSealer({ current: newKey('b'), older: [newKey('b.webhook'.slice(0, 1))].slice(1) });
    expect(problemOf(() => other.unseal(sealed, 'webhook:1'))).toBe('unknown_key');
  });

  it('opens nothing under another name of the same key', () => {
    const bytes = randomBytes(32);
    const both = createSealer({ current: sealingKeyOf(bytes, 'one'), older: [sealingKeyOf(bytes, 'two')] });
    const renamed = both.seal('secret', 'p').replace('gs1.one.', 'gs1.two.');
    expect(problemOf(() => both.unseal(renamed, 'p'))).toBe('tampered');
  });

  it('tells a wrong key of the right name from an unknown one, and names it', () => {
    const sealed = createSealer({ current: newKey('a') }).seal('secret', 'p');
    expect(() => sealer.unseal(sealed, 'p')).toThrow(/does not open with key a/);
    expect(() => createSealer({ current: newKey('b') }).unseal(sealed, 'p')).toThrow(/key a, which is not/);
  });

  it('opens with older keys, seals with the current one, and says what is to be sealed anew', () => {
    const old = newKey();
    const before = createSealer({ current: old });
    const after = createSealer({ current: newKey(), older: [old] });
    const sealed = before.seal('secret', 'p');
    expect(after.unseal(sealed, 'p')).toBe('secret');
    expect([before.needsReseal(sealed), after.needsReseal(sealed)]).toEqual([false, true]);
    expect(after.needsReseal(after.seal('secret', 'p'))).toBe(false);
    expect(problemOf(() => before.unseal(after.seal('secret', 'p'), 'p'))).toBe('unknown_key');
  });

  it('refuses keys that cannot work: wrong sizes, wrong names, two of one name', () => {
    expect(() => createSealer({ current: sealingKeyOf(randomBytes(16), 'a') })).toThrow(RangeError);
    expect(() => createSealer({ current: newKey('a.b') })).toThrow(RangeError);
    expect(() => createSealer({ current: newKey('a'), older: [newKey('a')] })).toThrow(RangeError);
  });

  it('refuses what is too large to be a secret', () => {
    expect(() => sealer.seal('a'.repeat(64 * 1024 + 1), 'p')).toThrow(RangeError);
  });

  it('shows neither keys nor values when printed or failing', () => {
    const bytes = randomBytes(32);
    const key = sealingKeyOf(bytes);
    const shown = inspect([key, createSealer({ current: key })], { depth: 9, showHidden: true });
    expect(shown).not.toContain(bytes.toString('hex'));
    expect(key.id).toBe(sealingKeyOf(bytes).id);
    expect(bytes.toString('hex')).not.toContain(key.id.slice(1));
  });
});
