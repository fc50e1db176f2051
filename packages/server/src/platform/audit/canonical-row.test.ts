import { randomUUIDv7 } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlainKey, testDatabase } from '../../testing/index.ts';
import { canonicalText, sealEntries } from './canonical.ts';
import { createRowReader, rawColumns } from './canonical-row.ts';
import { emptyChain, type AuditFacts } from './entry.ts';
import { factsOf } from './facts.ts';
import { copyEntries, readEntriesAfter } from './store.ts';
import { testDigester } from './test-support.ts';

const database = testDatabase();

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('é', '\\', '"', '\t', '\n', ':', ',', '😀', 'a') }),
);
// What is compared here was parsed; what is hashed in the product never was.
const key = text.filter(isPlainKey);
const detail = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null));

const someFacts: fc.Arbitrary<AuditFacts> = fc
  .record({
    occurredAtMs: fc.integer({ min: -6e13, max: 2e14 }),
    principalName: fc.option(text),
    resource: text,
    reason: text,
    granted: fc.boolean(),
    ipAddress: fc.option(text),
    userAgent: fc.option(text),
    details: fc.dictionary(key, detail, { maxKeys: 6 }),
  })
  .map((some) =>
    factsOf(
      {
        ...some,
        correlationId: some.resource,
        principalId: 'p'.repeat(200),
        principalKind: 'user',
        action: 'a.b',
      },
      { id: randomUUIDv7(), occurredAtMs: some.occurredAtMs, digester: testDigester },
    ),
  );

describe('the canonical text of a binary row', () => {
  it('is the canonical text of the entry, whatever its values are', async () => {
    const { sealed } = sealEntries(fc.sample(someFacts, 600), emptyChain(randomUUIDv7()));
    await database.db.transaction((tx) => copyEntries(tx, sealed));
    const stored = await readEntriesAfter(database.db, undefined, 600);
    const reader = createRowReader();
    const texts: string[] = [];
    const whole: boolean[] = [];
    const ids: string[] = [];
    await database.db.transaction((tx) =>
      tx.copyOut(
        `SELECT ${rawColumns.join(', ')} FROM audit_entries ORDER BY writer_id, sequence`,
        [],
        (row) => {
          reader.read(row);
          texts.push(reader.canonicalText());
          whole.push(reader.isWhole());
          ids.push(reader.entryId());
        },
      ),
    );
    expect(texts).toEqual(stored.map((entry) => canonicalText(entry, entry)));
    expect(ids).toEqual(stored.map(({ id }) => id));
    expect(whole.every(Boolean)).toBe(true);
  });
});
