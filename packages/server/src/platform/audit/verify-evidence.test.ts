import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../testing/index.ts';
import { systemClock } from '../clock.ts';
import { silentLog } from '../database/index.ts';
import { createCheckpointFile } from './checkpoint-file.ts';
import { parseCheckpoint } from './checkpoint-record.ts';
import { createCheckpointer, type Checkpointer } from './checkpointer.ts';
import { pruneTrail } from './retention.ts';
import { createSigner } from './signing-key.ts';
import { savePositions } from './positions-store.ts';
import { testWriter, writeDecisions } from './test-support.ts';
import { verifyTrail } from './verify-trail.ts';
import type { AuditWriter } from './writer.ts';

const signer = createSigner(generateKeyPairSync('ed25519').privateKey);
const keys = new Map([[signer.keyId, signer.publicKey]]);
const dayMs = 86_400_000;

interface Fixture {
  readonly database: TestDatabase;
  readonly writer: AuditWriter;
  readonly checkpointer: Checkpointer;
  readonly file: string;
  readonly asSuperuser: (sql: string) => Promise<void>;
  readonly fromFile: () => Promise<ReturnType<typeof parseCheckpoint>[]>;
}

/** A trail with a checkpoint file of its own; `nowMs` is what the trail's clock says. */
const withTrail = async (check: (fixture: Fixture) => Promise<void>, nowMs?: number): Promise<void> => {
  const database = await createTestDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'gpushield-test-audit-'));
  const path = join(directory, 'checkpoints.jsonl');
  const clock = nowMs === undefined ? systemClock() : { ...systemClock(), nowMs: () => nowMs };
  const writer = testWriter(database.db, { clock });
  const file = createCheckpointFile(path);
  const checkpointer = createCheckpointer({
    db: database.db,
    head: () => writer.head(),
    signer,
    clock,
    log: silentLog,
    file,
  });
  const asSuperuser = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: database.adminConnectionString });
    await client.connect();
    try {
      const tables = ['audit_entries', 'audit_checkpoints', 'audit_checkpoint_heads'];
      const all = (what: string) => tables.map((table) => `ALTER TABLE ${table} ${what}`).join(';');
      await client.query(`${all('DISABLE TRIGGER ALL')}; ${sql}`);
      await client.query(all('ENABLE TRIGGER ALL'));
    } finally {
      await client.end();
    }
  };
  const fromFile = async () =>
    (await readFile(path, 'utf8')).trim().split('\n').map((line) => parseCheckpoint(line)); // prettier-ignore
  try {
    await check({ database, writer, checkpointer, file: path, asSuperuser, fromFile });
  } finally {
    await writer.close();
    await file.close();
    await rm(directory, { recursive: true, force: true });
    await database.drop();
  }
};

describe('checkpoints', () => {
  it('cover every chain, follow each other, and are found whole', () =>
    withTrail(async ({ database, writer, checkpointer, fromFile }) => {
      await writeDecisions(writer, 20);
      await checkpointer.checkpoint();
      const other = testWriter(database.db);
      await writeDecisions(other, 5);
      await other.close();
      await checkpointer.checkpoint();
      await checkpointer.checkpoint();
      const kept = await fromFile();
      expect(kept.map(({ number, entries }) => [number, entries])).toEqual([
        [1, 20],
        [2, 25],
      ]);
      const report = await verifyTrail({ db: database.db, keys, checkpoints: kept });
      expect(report).toMatchObject({
        entries: 25,
        chains: 2,
        breaks: [],
        checkpointProblems: [],
        checkpoints: 4,
      });
    }));

  it('find a chain that was cut off, in the database’s own checkpoints and in the file’s', () =>
    withTrail(async ({ database, writer, checkpointer, asSuperuser, fromFile }) => {
      await writeDecisions(writer, 30);
      await checkpointer.checkpoint();
      await asSuperuser('DELETE FROM audit_entries WHERE sequence > 20');
      const removed = { kind: 'removed', writerId: writer.stats().writerId, sequence: 21 };
      expect((await verifyTrail({ db: database.db })).breaks).toEqual([]);
      expect((await verifyTrail({ db: database.db, keys })).breaks).toMatchObject([removed]);
      await asSuperuser('DELETE FROM audit_checkpoint_heads; DELETE FROM audit_checkpoints');
      expect((await verifyTrail({ db: database.db, keys })).breaks).toEqual([]);
      const report = await verifyTrail({ db: database.db, keys, checkpoints: await fromFile() });
      expect(report.breaks).toMatchObject([removed]);
      expect(report.checkpointProblems).toMatchObject([{ source: 'database', number: 1 }]);
    }));

  it('find a whole trail that is gone', () =>
    withTrail(async ({ database, writer, checkpointer, asSuperuser, fromFile }) => {
      await writeDecisions(writer, 3);
      await checkpointer.checkpoint();
      await asSuperuser('DELETE FROM audit_entries');
      const report = await verifyTrail({ db: database.db, keys, checkpoints: await fromFile() });
      expect(report.breaks).toMatchObject([{ kind: 'removed', sequence: 1 }]);
    }));

  it('count only with a signature of a known key, and are named when they were changed', () =>
    withTrail(async ({ database, writer, checkpointer, asSuperuser }) => {
      await writeDecisions(writer, 10);
      await checkpointer.checkpoint();
      await asSuperuser('UPDATE audit_checkpoint_heads SET sequence = 9');
      expect((await verifyTrail({ db: database.db, keys })).checkpointProblems).toMatchObject([
        { number: 1, source: 'database', detail: 'Its signature does not fit what it says.' },
      ]);
      const stranger = createSigner(generateKeyPairSync('ed25519').privateKey);
      const report = await verifyTrail({
        db: database.db,
        keys: new Map([[stranger.keyId, stranger.publicKey]]),
      });
      expect(report.checkpointProblems[0]?.detail).toContain(signer.keyId);
    }));

  it('sign what a process wrote, not what the database says was written', () =>
    withTrail(async ({ database, writer, checkpointer, asSuperuser }) => {
      await writeDecisions(writer, 10);
      await asSuperuser('DELETE FROM audit_entries WHERE sequence > 4');
      await checkpointer.checkpoint();
      expect(checkpointer.health().problem).toContain('gone');
      expect((await verifyTrail({ db: database.db, keys })).breaks).toMatchObject([
        { kind: 'removed', sequence: 5 },
      ]);
    }));

  it('stay as they are: the server’s role cannot change or delete them', () =>
    withTrail(async ({ database, writer, checkpointer }) => {
      await writeDecisions(writer, 1);
      await checkpointer.checkpoint();
      await expect(database.db.query('DELETE FROM audit_checkpoint_heads')).rejects.toMatchObject({
        code: '42501',
      });
      await expect(database.db.query('UPDATE audit_checkpoints SET entries = 0')).rejects.toMatchObject({
        code: '42501',
      });
    }));
});

describe('retention', () => {
  const longAgoMs = Date.now() - 40 * dayMs;
  const pruneWith = ({ database, writer }: Fixture, sinks: readonly string[] = []) =>
    pruneTrail({
      db: database.db,
      audit: writer,
      signer,
      keys,
      retentionDays: 30,
      sinks,
      clock: systemClock(),
      newId: () => 'c-retention',
      log: silentLog,
    });

  it('lets entries leave up to a checkpoint, and what is left verifies, in the file too', () =>
    withTrail(async (fixture) => {
      const { database, writer, checkpointer, fromFile } = fixture;
      await writeDecisions(writer, 40);
      await checkpointer.checkpoint();
      await writeDecisions(writer, 10);
      expect(await pruneWith(fixture)).toBe(40);
      await checkpointer.checkpoint();
      const report = await verifyTrail({ db: database.db, keys, checkpoints: await fromFile() });
      expect(report).toMatchObject({ breaks: [], checkpointProblems: [], entries: 11 });
      expect((await verifyTrail({ db: database.db })).breaks).toMatchObject([
        { kind: 'removed', sequence: 1 },
      ]);
    }, longAgoMs));

  it('keeps entries that a sink has not had, and young ones, and ones that no checkpoint covers', () =>
    withTrail(async (fixture) => {
      const { database, writer, checkpointer } = fixture;
      await writeDecisions(writer, 10);
      expect(await pruneWith(fixture)).toBe(0);
      await checkpointer.checkpoint();
      expect(await pruneWith(fixture, ['siem'])).toBe(0);
      await savePositions(database.db, 'siem', [{ writerId: writer.stats().writerId, sequence: 10 }], 0);
      expect(await pruneWith(fixture, ['siem'])).toBe(10);
      const young = testWriter(database.db);
      await writeDecisions(young, 10);
      await young.close();
      await checkpointer.checkpoint();
      expect(await pruneWith(fixture, [])).toBeLessThan(10);
      expect((await verifyTrail({ db: database.db, keys })).breaks).toEqual([]);
    }, longAgoMs));

  it('cannot be used to delete anything else, by the server’s role or a superuser', () =>
    withTrail(async ({ database, writer, checkpointer }) => {
      await writeDecisions(writer, 20);
      await checkpointer.checkpoint();
      const chain = writer.stats().writerId;
      const client = new pg.Client({ connectionString: database.adminConnectionString });
      await client.connect();
      try {
        for (const sql of [
          `SELECT audit_prune('${chain}', 20)`,
          `SELECT audit_prune('${chain}', 7)`,
          'DELETE FROM audit_entries WHERE sequence = 5',
          'DELETE FROM audit_entries',
        ]) {
          await expect(database.db.query(sql)).rejects.toMatchObject({ code: '42501' });
          await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
        }
      } finally {
        await client.end();
      }
      expect((await verifyTrail({ db: database.db, keys })).entries).toBe(20);
    }, longAgoMs));
});
