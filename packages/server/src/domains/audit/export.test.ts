import { generateKeyPairSync, randomUUIDv7 } from 'node:crypto';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyIdOf, createSigner } from '../../platform/audit/signing-key.ts';
import { makeCheckpoint } from '../../platform/audit/make-checkpoint.ts';
import { testWriter, writeDecisions } from '../../platform/audit/test-support.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Executor } from '../../platform/database/types.ts';
import { httpHarness, principalWith, recordedAudit, testCursors, testDatabase } from '../../testing/index.ts';
import { createAuditDomain } from './index.ts';
import { exportEntries } from './export-entries.ts';

const database = testDatabase();
const signer = createSigner(generateKeyPairSync('ed25519').privateKey);
const audit = recordedAudit();
const count = 1_230;
let server: Awaited<ReturnType<typeof httpHarness>>;

beforeAll(async () => {
  const writer = testWriter(database.db);
  await writeDecisions(writer, count);
  const head = () => writer.head();
  await makeCheckpoint({ db: database.db, head, signer, nowMs: Date.now() });
  await writer.close();
  server = await httpHarness({
    db: database.db,
    audit,
    routes: createAuditDomain({ cursors: testCursors(), signer, clock: systemClock() }).routes,
    principals: {
      exporter: principalWith('exporter', ['audit:export', 'audit:read']),
      reader: principalWith('reader', ['audit:read']),
    },
  });
});
afterAll(() => server.drain(1_000));

const ask = (url: string, who = 'exporter') =>
  server.app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${who}` } });
const exported = (query: string) => ask(`/api/v1/audit/export?${query}`);

describe('the export of the trail', () => {
  it('holds every entry once, oldest first, as JSON lines with the hashes that verify it', async () => {
    const answer = await exported('format=jsonl');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toContain('application/x-ndjson');
    const lines = answer.body.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
    expect(lines).toHaveLength(count);
    expect(new Set(lines.map(({ sequence }) => sequence)).size).toBe(count);
    expect(lines[0]?.['hash']).toMatch(/^[0-9a-f]{64}$/);
    const times = lines.map((line) => String(line['occurred_at']));
    expect(times).toEqual(times.toSorted());
  });

  it('is CSV with a head, or OCSF events, when it is asked for them', async () => {
    const csv = (await exported('format=csv')).body.trimEnd().split('\r\n');
    expect(csv).toHaveLength(count + 1);
    expect(csv[0]).toMatch(/^id,writer_id,sequence,/);
    const ocsf = (await exported('format=ocsf')).body.trimEnd().split('\n');
    expect(JSON.parse(ocsf[0] ?? '')).toMatchObject({ class_uid: 6003, type_uid: 600_301 });
  });

  it('is audited before its first byte, and needs a scope of its own', async () => {
    audit.entries.length = 0;
    await exported('until=2001-01-01T00:00:00.000Z');
    expect(audit.entries).toMatchObject([{ action: 'audit.export', granted: true, principalId: 'exporter' }]);
    audit.failing = true;
    expect((await exported('')).statusCode).toBe(503);
    audit.failing = false;
    expect((await ask('/api/v1/audit/export', 'reader')).statusCode).toBe(403);
  });

  it('reads on only as fast as its reader takes it: a page at a time, and none after the reader went away', async () => {
    let pages = 0;
    const counted: Executor = {
      query: (sql, values) => {
        pages += 1;
        return database.db.query(sql, values);
      },
      prepared: database.db.prepared,
    };
    const lines = exportEntries({
      db: counted,
      since: undefined,
      until: '9999-01-01T00:00:00.000Z',
      format: 'jsonl',
      signal: new AbortController().signal,
    });
    await lines.next();
    expect(pages).toBe(1);
    await lines.next();
    expect(pages).toBe(2);
    await lines.return(undefined);
    expect(pages).toBe(2);
  });

  it('goes over the wire in parts', async () => {
    await server.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.app.server.address() as AddressInfo;
    const length = await new Promise<number>((resolve, reject) => {
      const headers = { authorization: 'Bearer exporter' };
      get({ host: '127.0.0.1', port, path: '/api/v1/audit/export', headers }, (response) => {
        expect(response.headers['transfer-encoding']).toBe('chunked');
        let bytes = 0;
        response.on('data', (chunk: Buffer) => (bytes += chunk.length));
        response.on('end', () => resolve(bytes));
      }).on('error', reject);
    });
    expect(length).toBeGreaterThan(count * 300);
  });
});

describe('checkpoints over the API', () => {
  it('come with the key that verifies them', async () => {
    const { key_id, public_key } = (await ask('/api/v1/audit/public-key')).json<Record<string, string>>();
    expect(key_id).toBe(keyIdOf(signer.publicKey));
    expect(public_key).toContain('BEGIN PUBLIC KEY');
    const page = (await ask('/api/v1/audit/checkpoints')).json<{ data: unknown[] }>();
    expect(page.data).toMatchObject([
      { number: 1, entries: count, key_id, heads: [{ kind: 'head', sequence: count }] },
    ]);
    expect((await ask(`/api/v1/audit/checkpoints?cursor=${randomUUIDv7()}`)).statusCode).toBe(400);
  });
});
