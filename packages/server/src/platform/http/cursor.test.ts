import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCursorCodec } from './cursor.ts';
import { paginate } from './page.ts';

const codec = createCursorCodec(createSecretKey(randomBytes(32)));

describe('cursors', () => {
  it('come back as they went, for the same list and filters in any order', () => {
    fc.assert(
      fc.property(fc.string(), fc.uuid(), fc.dictionary(fc.string(), fc.jsonValue()), (sort, id, filters) => {
        const cursor = codec.encode('list', { ...filters, limit: 5 }, { sort, id });
        const reversed = Object.fromEntries(Object.entries(filters).reverse());
        expect(codec.decode('list', { ...reversed, cursor, limit: 7 }, cursor)).toEqual({ sort, id });
      }),
    );
  });

  it('are refused when any byte is changed', () => {
    const cursor = codec.encode('list', {}, { sort: '2026-01-01', id: 'x' });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: cursor.length - 1 }),
        fc.constantFrom('A', 'Q', 'g', 'w', '_', '-', '0', '9'),
        (at, char) => {
          const changed = cursor.slice(0, at) + char + cursor.slice(at + 1);
          fc.pre(changed !== cursor);
          expect(() => codec.decode('list', {}, changed)).toThrow('Cursor is invalid or expired');
        },
      ),
    );
  });

  it.each(['', 'AAAA', 'not base64!', 'é', 'A'.repeat(1000)])('refuse garbage %j', (garbage) => {
    expect(() => codec.decode('list', {}, garbage)).toThrow('Cursor is invalid or expired');
  });

  it('are foreign to another list, other filters and another key', () => {
    const cursor = codec.encode('list', { a: 1 }, { sort: '1', id: 'x' });
    expect(() => codec.decode('other', { a: 1 }, cursor)).toThrow();
    expect(() => codec.decode('list', { a: 2 }, cursor)).toThrow();
    expect(() =>
      createCursorCodec(createSecretKey(randomBytes(32))).decode('list', { a: 1 }, cursor),
    ).toThrow();
  });

  it('walk a whole list once, whatever the page size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        async (count, limit) => {
          const rows = Array.from({ length: count }, (_, index) => ({ id: String(index).padStart(3, '0') }));
          const seen: string[] = [];
          let cursor: string | undefined;
          do {
            const page = await paginate({
              codec,
              list: 'rows',
              filters: {},
              request: { limit, cursor },
              fetch: (many, after) =>
                Promise.resolve(rows.filter(({ id }) => after === undefined || id > after.id).slice(0, many)),
              position: ({ id }) => ({ sort: id, id }),
              present: ({ id }) => id,
            });
            seen.push(...page.data);
            expect(page.pagination.has_more).toBe(page.pagination.cursor !== null);
            cursor = page.pagination.cursor ?? undefined;
          } while (cursor !== undefined);
          expect(seen).toEqual(rows.map(({ id }) => id));
        },
      ),
    );
  });
});
