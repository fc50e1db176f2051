import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sealEntries, sealEntry, hashEntry, canonicalText } from './canonical.ts';
import { emptyChain, type AuditChainEntry, type AuditFacts } from './entry.ts';
import { verifyChain } from './verify.ts';

const writer = '01990000-0000-7000-8000-000000000001';

const facts = (n: number): AuditFacts => ({
  id: `01990000-0000-7000-8000-${String(n).padStart(12, '0')}`,
  occurredAtMs: 1_760_000_000_000 + n,
  correlationId: `c-${n}`,
  principalId: 'p',
  principalKind: 'user',
  principalName: null,
  action: 'node.register',
  resource: `node:${n}`,
  granted: true,
  reason: 'ok',
  ipAddress: null,
  userAgent: null,
  details: { n },
});

const chainOf = (length: number): AuditChainEntry[] => [
  ...sealEntries(
    Array.from({ length }, (_, n) => facts(n + 1)),
    emptyChain(writer),
  ).sealed,
];

const at = (chain: readonly AuditChainEntry[], sequence: number): AuditChainEntry => {
  const entry = chain[sequence - 1];
  if (entry === undefined) throw new Error(`the chain has no entry ${sequence}`);
  return entry;
};

const renumbered = (entries: readonly AuditChainEntry[]): AuditChainEntry[] =>
  entries.map((entry, index) => ({ ...entry, sequence: index + 1 }));

const rehashed = (entry: AuditChainEntry): AuditChainEntry => ({ ...entry, hash: hashEntry(entry, entry) });

const found = (entries: readonly AuditChainEntry[]) => {
  const verdict = verifyChain(writer, entries);
  return verdict.intact ? 'intact' : `${verdict.break.kind} ${verdict.break.sequence}`;
};

describe('a chain', () => {
  it('is intact as it was written', () => {
    expect(found(chainOf(50))).toBe('intact');
    expect(found([])).toBe('intact');
  });

  it('names an entry whose content was changed, with its hash made anew or not', () => {
    const chain = chainOf(9);
    const changed = { ...at(chain, 4), granted: false };
    expect(found(chain.with(3, changed))).toBe('changed 4');
    expect(found(chain.with(3, rehashed(changed)))).toBe('changed 4');
    const first = rehashed({ ...at(chain, 1), reason: 'x' });
    expect(found(chain.with(0, first))).toBe('changed 1');
  });

  it('names an entry that was removed, whether or not those behind it were renumbered', () => {
    const chain = chainOf(9);
    expect(found(chain.toSpliced(3, 1))).toBe('removed 4');
    expect(found(renumbered(chain.toSpliced(3, 1)))).toBe('removed 4');
    expect(found(chain.slice(2))).toBe('removed 1');
    const verdict = verifyChain(writer, chain.toSpliced(3, 2));
    expect(verdict).toMatchObject({ break: { entryId: null, detail: 'Entries 4 to 5 are missing.' } });
  });

  it('names an entry that was inserted, with a right link or a wrong one', () => {
    const chain = chainOf(9);
    const forged = sealEntry(facts(99), { writerId: writer, sequence: 3, hash: at(chain, 3).hash });
    const foreign = sealEntry(facts(99), { writerId: writer, sequence: 3, hash: at(chain, 7).hash });
    expect(found(chain.toSpliced(3, 0, forged))).toBe('inserted 4');
    expect(found(chain.toSpliced(4, 0, forged))).toBe('inserted 4');
    expect(found(renumbered(chain.toSpliced(3, 0, forged)))).toBe('inserted 4');
    expect(found(renumbered(chain.toSpliced(3, 0, foreign)))).toBe('inserted 4');
    expect(
      found([...chain, { ...foreign, sequence: 10 }].map((e) => (e.sequence === 10 ? rehashed(e) : e))),
    ).toBe('inserted 10');
  });

  it('names entries that changed places, whether or not they were renumbered', () => {
    const chain = chainOf(9);
    const swapped = chain.with(3, at(chain, 5)).with(4, at(chain, 4));
    expect(found(swapped)).toBe('reordered 5');
    expect(found(renumbered(swapped))).toBe('reordered 4');
  });

  it('notices that its end was cut off or rewritten when an earlier head is known', () => {
    const chain = chainOf(9);
    const { sequence, hash } = at(chain, 8);
    const kept = { writerId: writer, sequence, hash };
    expect(verifyChain(writer, chain, kept)).toMatchObject({ intact: true });
    expect(verifyChain(writer, chain.slice(0, 5), kept)).toMatchObject({
      break: { kind: 'removed', sequence: 6 },
    });
    const rewritten = sealEntries(
      chain.map((entry) => ({ ...entry, reason: 'x' })),
      emptyChain(writer),
    ).sealed;
    expect(verifyChain(writer, rewritten, kept)).toMatchObject({ break: { kind: 'changed', sequence: 8 } });
  });
});

describe('the canonical text', () => {
  it('differs for any two different entries, whatever separators their texts contain', () => {
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom('1', ':', ',', '-', '"', '{', 'é') }),
      fc.string(),
    );
    const some = fc.record({
      action: text,
      resource: text,
      reason: text,
      userAgent: fc.option(text),
      details: fc.dictionary(text, text),
    });
    const place = { writerId: writer, sequence: 1, previousHash: Buffer.alloc(32) };
    const same = (value: unknown) => JSON.stringify(value);
    fc.assert(
      fc.property(some, some, (a, b) => {
        const [x, y] = [
          canonicalText({ ...facts(1), ...a }, place),
          canonicalText({ ...facts(1), ...b }, place),
        ];
        const sorted = (v: typeof a) =>
          same([v.action, v.resource, v.reason, v.userAgent, Object.entries(v.details).sort()]);
        expect(x === y).toBe(sorted(a) === sorted(b));
      }),
    );
  });

  it('does not depend on the order in which details were given', () => {
    const place = { writerId: writer, sequence: 1, previousHash: Buffer.alloc(32) };
    const one = canonicalText({ ...facts(1), details: { a: 1, b: 'x' } }, place);
    expect(canonicalText({ ...facts(1), details: { b: 'x', a: 1 } }, place)).toBe(one);
  });

  it('stays as it is: entries of today verify for ever', () => {
    // Made by another program from the description in canonical.ts.
    expect(
      hashEntry(facts(1), { writerId: writer, sequence: 1, previousHash: Buffer.alloc(32) }).toString('hex'),
    ).toBe('b02cb53a14e41b1f87d60ba1c14f4f15853082b8f85733a5b463549a05ee9f15');
  });
});
