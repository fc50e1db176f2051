import { createSecretKey } from 'node:crypto';
import { systemClock } from '../clock.ts';
import { silentLog, type Database } from '../database/index.ts';
import { createDigester } from './digest.ts';
import type { AuditInput } from './types.ts';
import { createAuditWriter, type AuditWriter, type AuditWriterOptions } from './writer.ts';
import { randomUUIDv7 } from 'node:crypto';

/** The key of the tests' digests. */
export const testDigestKey = createSecretKey(Buffer.alloc(32, 5));

/** Digests under that key. */
export const testDigester = createDigester(testDigestKey);

/** A writer on a test's database. */
export const testWriter = (db: Database, options: Partial<AuditWriterOptions> = {}): AuditWriter =>
  createAuditWriter({
    db,
    clock: systemClock(),
    newId: randomUUIDv7,
    log: silentLog,
    digestKey: testDigestKey,
    ...options,
  });

/** A decision like any other. */
export const someDecision = (change: Partial<AuditInput> = {}): AuditInput => ({
  correlationId: 'c-1',
  principalId: 'p-1',
  principalKind: 'user',
  principalName: 'ada',
  action: 'node.register',
  resource: 'node:1',
  granted: true,
  reason: 'ok',
  ipAddress: '127.0.0.1',
  userAgent: 'test',
  ...change,
});

/** Writes that many decisions, some hundred at once; entry n is about `node:n`. */
export const writeDecisions = async (writer: AuditWriter, count: number, from = 0): Promise<void> => {
  const atOnce = 500;
  for (let first = from; first < from + count; first += atOnce) {
    const size = Math.min(atOnce, from + count - first);
    await Promise.all(
      Array.from({ length: size }, (_, n) =>
        writer.record(someDecision({ resource: `node:${String(first + n)}`, details: { n: first + n } })),
      ),
    );
  }
};
