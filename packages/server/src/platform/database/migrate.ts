import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { isDatabaseUnavailable } from './errors.ts';
import type { DatabaseLog } from './log.ts';
import type { Database, Executor } from './types.ts';

/** One file `NNNN-name.sql`. `hash` is the SHA-256 of its text with Unix line ends, in hexadecimal. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly hash: string;
  readonly sql: string;
}

export interface AppliedMigration {
  readonly version: number;
  readonly name: string;
  readonly hash: string;
}

/** The database's schema and this build's migrations do not fit; nothing was changed. */
export class MigrationRefused extends Error {
  readonly kind = 'migration_refused';

  constructor(message: string) {
    super(message);
    this.name = 'MigrationRefused';
  }
}

export const migrationsDirectory = fileURLToPath(new URL('./migrations/', import.meta.url));

// Any fixed number: all replicas of one database must use the same. Spells "gpus" in ASCII.
const advisoryLock = 0x67707573;
// A migration may rewrite a large table, and a replica waits for another's: both longer than any request.
const migrationTimeoutMs = 30 * 60_000;

const fileName = /^(\d{4})-([a-z0-9]+(?:-[a-z0-9]+)*)\.sql$/;

/** Reads the migrations of a directory in order. Throws on a misnamed file or a number used twice. */
export const readMigrations = async (directory: string = migrationsDirectory): Promise<Migration[]> => {
  const files = (await readdir(directory)).filter((file) => file.endsWith('.sql')).sort();
  const migrations = await Promise.all(
    files.map(async (file): Promise<Migration> => {
      const match = fileName.exec(file);
      if (match?.[1] === undefined || match[2] === undefined) {
        throw new MigrationRefused(`The migration file ${file} is not named NNNN-name.sql`);
      }
      const sql = (await readFile(join(directory, file), 'utf8')).replaceAll('\r\n', '\n');
      const hash = createHash('sha256').update(sql).digest('hex');
      return { version: Number(match[1]), name: match[2], hash, sql };
    }),
  );
  const twice = migrations.find((each, index) => migrations[index - 1]?.version === each.version);
  if (twice !== undefined) throw new MigrationRefused(`Two migration files have the number ${label(twice)}`);
  return migrations;
};

const label = ({ version, name }: { version: number; name: string }): string =>
  `${String(version).padStart(4, '0')}-${name}`;

/** Which migrations remain to be applied. Throws `MigrationRefused` when the database's past is not this build's. */
export const planMigrations = (
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
): readonly Migration[] => {
  const known = new Map(migrations.map((each) => [each.version, each]));
  for (const past of applied) {
    const file = known.get(past.version);
    if (file === undefined) {
      throw new MigrationRefused(
        `The database has migration ${label(past)}, which this build does not know: it was migrated by a newer ` +
          'version of GPUShield. Start that version, or restore a backup taken before the upgrade.',
      );
    }
    if (file.hash !== past.hash) {
      throw new MigrationRefused(
        `The file of migration ${label(file)} was changed after it was applied (database ${past.hash.slice(0, 12)}…, ` +
          `file ${file.hash.slice(0, 12)}…). Restore the file and put the change into a new migration.`,
      );
    }
  }
  const done = new Set(applied.map((each) => each.version));
  return migrations.filter((each) => !done.has(each.version));
};

const readApplied = async (db: Executor): Promise<AppliedMigration[]> => {
  const { rows: found } = await db.query<{ exists: boolean }>(
    "SELECT to_regclass('public.schema_migrations') IS NOT NULL AS exists",
  );
  if (found[0]?.exists !== true) return [];
  const { rows } = await db.query<AppliedMigration>(
    'SELECT version, name, hash FROM public.schema_migrations ORDER BY version',
  );
  return rows;
};

const createTableSql = `
  CREATE TABLE IF NOT EXISTS public.schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    hash text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`;

/** Applies the first pending migration in its own transaction; undefined when none is left. */
const applyNext = (db: Database, migrations: readonly Migration[]): Promise<Migration | undefined> =>
  db.transaction(
    async (tx) => {
      // Held until this transaction ends. Whoever waited here reads anew what the other replica applied meanwhile.
      await tx.query('SELECT pg_advisory_xact_lock($1)', [advisoryLock]);
      await tx.query(createTableSql);
      const next = planMigrations(migrations, await readApplied(tx))[0];
      if (next === undefined) return undefined;
      // The row goes first: should two callers ever get here together, the primary key stops the second.
      await tx.query('INSERT INTO public.schema_migrations (version, name, hash) VALUES ($1, $2, $3)', [
        next.version,
        next.name,
        next.hash,
      ]);
      try {
        await tx.query(next.sql);
      } catch (error) {
        if (isDatabaseUnavailable(error)) throw error;
        throw new Error(
          `Migration ${label(next)} failed: ${error instanceof Error ? error.message : String(error)}`,
          {
            cause: error,
          },
        );
      }
      return next;
    },
    { statementTimeoutMs: migrationTimeoutMs },
  );

/**
 * Brings the schema up to this build, each migration in its own transaction; several replicas may call it at once.
 * Answers the names of those that this call applied. Errors: `MigrationRefused`, or `Error` naming the file whose
 * SQL failed (earlier ones stay applied).
 */
export const migrate = async (
  db: Database,
  log: DatabaseLog,
  options: { directory?: string } = {},
): Promise<{ applied: string[] }> => {
  const migrations = await readMigrations(options.directory);
  if (planMigrations(migrations, await readApplied(db)).length === 0) return { applied: [] };
  const applied: string[] = [];
  for (;;) {
    const next = await applyNext(db, migrations);
    if (next === undefined) return { applied };
    applied.push(label(next));
    log.info({ migration: label(next) }, 'migration applied');
  }
};
