import { randomUUID } from 'node:crypto';
import { readFile, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary.ts';
import { decodeSegment, encodeEntry, type SpoolEntry } from './entry.ts';
import { openSpool, type Spool } from './spool.ts';

const large = 64 * 1024 * 1024;
const open = (directory: string, maxBytes = large): Promise<Spool> =>
  openSpool({ directory, maxBytes, uuid: randomUUID });
const withDirectory = async (test: (path: string) => Promise<void>): Promise<void> => {
  const directory = await temporaryDirectory();
  await test(directory.path).finally(() => directory.remove());
};
/** Delivers everything and gives the payloads in order. */
const drain = async (spool: Spool, merge = true): Promise<unknown[]> => {
  const payloads: unknown[] = [];
  for (let batch = await spool.next({ merge }); batch !== null; batch = await spool.next({ merge })) {
    payloads.push(...batch.entries.map(({ payload }) => payload));
    await spool.acknowledge(batch);
  }
  return payloads;
};
const kinds = fc.constantFrom('telemetry' as const, 'events' as const, 'inventory' as const);
const entry = (seq: number, payload: unknown): SpoolEntry => ({
  seq,
  kind: 'telemetry',
  key: `k${seq}`,
  count: 1,
  payload,
});

describe('spool', () => {
  it('delivers every entry once and in order, across restarts at any point', async () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: kinds.map((kind) => ({ do: 'append' as const, kind })) },
      { weight: 3, arbitrary: fc.boolean().map((merge) => ({ do: 'deliver' as const, merge })) },
      { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
    );
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), (steps) =>
      withDirectory(async (path) => {
        let spool = await open(path);
        let appended = 0;
        const delivered: unknown[] = [];
        for (const one of steps) {
          if (one.do === 'append') await spool.append({ kind: one.kind, count: 1, payload: appended++ });
          else if (one.do === 'restart') {
            await spool.close();
            spool = await open(path);
          } else {
            const batch = await spool.next({ merge: one.merge });
            if (batch === null) continue;
            delivered.push(...batch.entries.map(({ payload }) => payload));
            await spool.acknowledge(batch);
          }
          expect(spool.status().records).toBe(appended - delivered.length);
        }
        delivered.push(...(await drain(spool)));
        await spool.close();
        expect(delivered).toEqual(Array.from({ length: appended }, (_, index) => index));
      }),
    );
    await fc.assert(property, { numRuns: 40 });
  });

  it('after a crash at any byte delivers every entry that was written whole, in order, and cuts the torn end', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.string(), { minLength: 1, maxLength: 12 }),
      fc.nat(),
      (texts, at) =>
        withDirectory(async (path) => {
          const spool = await open(path);
          for (const payload of texts) await spool.append({ kind: 'telemetry', count: 1, payload });
          await spool.close();
          const [name] = (await readdir(path)).filter((file) => file.endsWith('.seg'));
          const segment = join(path, name ?? '');
          const whole = await readFile(segment);
          const cut = at % (whole.length + 1);
          await truncate(segment, cut);
          const survivors = texts.slice(0, whole.subarray(0, cut).toString('latin1').split('\n').length - 1);
          const after = await open(path);
          expect(after.status()).toMatchObject({ records: survivors.length, damaged: 0 });
          await after.append({ kind: 'telemetry', count: 1, payload: 'later' });
          expect(await drain(after)).toEqual([...survivors, 'later']);
          await after.close();
        }),
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it('notices an entry that the disk changed, skips it and delivers its neighbours', () =>
    withDirectory(async (path) => {
      const lines = [encodeEntry(entry(1, 'a')), encodeEntry(entry(2, 'b')), encodeEntry(entry(3, 'c'))];
      const bytes = Buffer.concat(lines);
      const middle = (lines[0]?.length ?? 0) + 20;
      bytes[middle] = (bytes[middle] ?? 0) ^ 1;
      await writeFile(join(path, 'telemetry-0000000000000001.seg'), bytes);
      const spool = await open(path);
      expect(spool.status()).toMatchObject({ records: 2, damaged: 1 });
      expect(await drain(spool)).toEqual(['a', 'c']);
      await spool.close();
    }));

  it('gives a batch that was under way at a crash the same entries and the same key again', () =>
    withDirectory(async (path) => {
      const spool = await open(path);
      for (const payload of [1, 2, 3]) await spool.append({ kind: 'telemetry', count: 1, payload });
      const sent = await spool.next({ merge: true });
      await spool.append({ kind: 'telemetry', count: 1, payload: 4 });
      await spool.sync();
      const after = await open(path);
      expect(await after.next({ merge: true })).toEqual(sent);
      expect(sent?.entries).toHaveLength(3);
      await after.close();
      await spool.close();
    }));

  it('never exceeds its limit: the oldest telemetry goes first and is counted, evidence stays', () =>
    withDirectory(async (path) => {
      const maxBytes = 4 * 1024 * 1024;
      const spool = await open(path, maxBytes);
      const filler = 'x'.repeat(100_000);
      await spool.append({ kind: 'events', count: 1, payload: 'evidence' });
      for (let index = 0; index < 80; index += 1) {
        await spool.append({ kind: 'telemetry', count: 2, payload: { index, filler } });
        expect(spool.status().bytes).toBeLessThanOrEqual(maxBytes);
      }
      const { dropped, records } = spool.status();
      expect(dropped.evidence).toBe(0);
      expect(dropped.telemetry).toBeGreaterThan(0);
      expect(records + dropped.telemetry).toBe(161);
      const [first, ...rest] = await drain(spool);
      expect(first).toBe('evidence');
      expect(rest.at(-1)).toMatchObject({ index: 79 });
      await spool.close();
      const after = await open(path, maxBytes);
      expect(after.status().dropped).toEqual(dropped);
      await after.close();
    }));

  it('forgets drops that were told to the server at the next start, and only those', () =>
    withDirectory(async (path) => {
      const spool = await open(path, 3 * 1024 * 1024);
      const filler = 'x'.repeat(900_000);
      for (let index = 0; index < 3; index += 1)
        await spool.append({ kind: 'events', count: 1, payload: filler });
      await spool.append({ kind: 'telemetry', count: 5, payload: filler });
      await spool.markDroppedTold(spool.status().dropped);
      await spool.append({ kind: 'telemetry', count: 2, payload: filler });
      expect(spool.status().dropped).toEqual({ telemetry: 7, evidence: 0 });
      await spool.close();
      const after = await open(path, 3 * 1024 * 1024);
      expect(after.status().dropped).toEqual({ telemetry: 2, evidence: 0 });
      await after.close();
    }));

  it('full of evidence, refuses telemetry and counts it, and drops old evidence only for newer', () =>
    withDirectory(async (path) => {
      const spool = await open(path, 3 * 1024 * 1024);
      const filler = 'x'.repeat(900_000);
      for (let index = 0; index < 3; index += 1)
        await spool.append({ kind: 'events', count: 1, payload: { index, filler } });
      expect(await spool.append({ kind: 'telemetry', count: 5, payload: filler })).toBe(false);
      expect(spool.status().dropped).toEqual({ telemetry: 5, evidence: 0 });
      expect(await spool.append({ kind: 'events', count: 1, payload: { index: 3, filler } })).toBe(true);
      expect(spool.status().dropped).toEqual({ telemetry: 5, evidence: 1 });
      expect(await drain(spool)).toMatchObject([{ index: 1 }, { index: 2 }, { index: 3 }]);
      await spool.close();
    }));

  it('frees the disk of what was delivered', () =>
    withDirectory(async (path) => {
      const spool = await open(path);
      const filler = 'x'.repeat(300_000);
      for (let index = 0; index < 12; index += 1)
        await spool.append({ kind: 'telemetry', count: 1, payload: filler });
      await drain(spool);
      const sizes = await Promise.all(
        (await readdir(path)).map(async (file) => (await stat(join(path, file))).size),
      );
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_100_000);
      await spool.close();
    }));

  it('keeps the mark of a source together with its entry', () =>
    withDirectory(async (path) => {
      const spool = await open(path);
      await spool.append({ kind: 'events', count: 1, payload: 1, mark: 'kmsg b 1' });
      await spool.append({ kind: 'events', count: 1, payload: 2, mark: 'kmsg b 2' });
      await drain(spool);
      await spool.close();
      const after = await open(path);
      expect(after.lastMark).toBe('kmsg b 2');
      await after.close();
    }));
});

describe('segment decoding', () => {
  it('never throws and never reports more than there is, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { usableBytes, entries } = decodeSegment(Buffer.from(bytes));
        expect(usableBytes).toBeLessThanOrEqual(bytes.length);
        expect(entries).toEqual([]);
      }),
    );
  });
});
