import { mkdtempSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printCatalogue, readCatalogue } from './catalogue.ts';
import { openDatabase } from './database.ts';
import { startEmbeddedPostgres } from './embedded/index.ts';
import { silentLog } from './log.ts';
import { migrate } from './migrate.ts';

// `node packages/server/src/platform/database/schema-snapshot.ts` writes the snapshot anew from the migrations.
const target = fileURLToPath(new URL('./schema.snapshot.json', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'gpushield-test-snapshot-'));
await chmod(dataDir, 0o711);
const server = await startEmbeddedPostgres({ dataDir, log: silentLog, durability: 'off' });
try {
  const db = await openDatabase({ connectionString: server.connectionString, log: silentLog });
  const { applied } = await migrate(db, silentLog);
  await writeFile(target, printCatalogue(await readCatalogue(db)));
  await db.close();
  process.stdout.write(`${target}: the schema after ${applied.length} migrations\n`);
} finally {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
