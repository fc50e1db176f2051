import type { Clock } from '../clock.ts';
import { quoteIdentifier } from './identifiers.ts';
import { dayMs, planPartitions, startOfDayMs } from './partition-plan.ts';
import type { Day } from './partition-plan.ts';
import type { Database, Executor, Tx } from './types.ts';

export interface PartitionOptions {
  /** A table in schema `public`, partitioned by range of one timestamptz column. */
  readonly table: string;
  /** Partitions are made for yesterday, today and this many days after. */
  readonly aheadDays: number;
  /** A day's partition is dropped when the whole day is older than this. At least 1. */
  readonly retentionDays: number;
  /** True: what lies in DEFAULT stays, whatever its age. */
  readonly keepDefault?: boolean;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** What one maintenance did. `deleteIncomplete`: old rows remain in DEFAULT for the next call. */
export interface PartitionReport {
  readonly created: readonly string[];
  readonly dropped: readonly string[];
  readonly movedRows: number;
  readonly deletedRows: number;
  readonly deleteIncomplete: boolean;
}

// Ahead of any plan; a misread configuration must not make thousands of tables.
const maxAheadDays = 60;
// `_pYYYYMMDD` must still fit into PostgreSQL's 63 bytes of a name.
const maxTableNameBytes = 53;
// Waiting longer for the brief exclusive lock would make every insert queue behind it.
const lockTimeoutMs = 5_000;
const maintenanceTimeoutMs = 10 * 60_000;
// Rows of one DELETE: short transactions, little write-ahead log at once; the batches of one call are bounded too.
const deleteBatchRows = 5_000;
const maxDeleteBatches = 200;
// With the table's hash this names the advisory lock. Any fixed number: all replicas must use the same.
const lockClass = 0x70617274;

const partitionName = (table: string, day: Day): string => `${table}_p${day}`;

const existingDays = async (db: Executor, table: string): Promise<Day[]> => {
  const { rows } = await db.query<{ name: string }>(
    'SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = $1::regclass',
    [`public.${quoteIdentifier(table)}`],
  );
  return rows.flatMap(({ name }) => {
    const day = name.slice(table.length + 2);
    return name === partitionName(table, day) && startOfDayMs(day) !== undefined ? [day] : [];
  });
};

interface Columns {
  readonly key: string;
  /** Those that a row can be inserted with: generated ones compute themselves. */
  readonly insertable: readonly string[];
  readonly hasReceivedAt: boolean;
}

const readColumns = async (db: Executor, table: string): Promise<Columns> => {
  const { rows } = await db.query<{ name: string; isKey: boolean; generated: boolean }>(
    `SELECT a.attname AS name, a.attnum = p.partattrs[0] AS "isKey", a.attgenerated <> '' AS generated
       FROM pg_partitioned_table p JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE p.partrelid = $1::regclass AND p.partstrat = 'r' ORDER BY a.attnum`,
    [`public.${quoteIdentifier(table)}`],
  );
  const key = rows.find((row) => row.isKey)?.name;
  if (key === undefined) throw new Error(`the table ${table} is not partitioned by range of a column`);
  const insertable = rows.filter((row) => !row.generated).map((row) => row.name);
  return { key, insertable, hasReceivedAt: rows.some((row) => row.name === 'received_at') };
};

/** One step under the table's lock, so that replicas take turns. */
const step = <T>(db: Database, table: string, work: (tx: Tx) => Promise<T>): Promise<T> =>
  db.transaction(
    async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [lockClass, table]);
      await tx.query("SELECT set_config('lock_timeout', $1, true)", [String(lockTimeoutMs)]);
      return work(tx);
    },
    { statementTimeoutMs: maintenanceTimeoutMs },
  );

const ensureDefault = (db: Database, table: string): Promise<unknown> =>
  step(db, table, (tx) =>
    tx.query(
      `CREATE TABLE IF NOT EXISTS ${quoteIdentifier(`${table}_default`)} PARTITION OF ${quoteIdentifier(table)} DEFAULT`,
    ),
  );

/**
 * Makes a day's partition beside the table and attaches it: attaching locks out no reader, where `PARTITION OF`
 * would. Rows of that day that already sit in DEFAULT are moved first, in the same transaction.
 */
const createDay = (db: Database, table: string, columns: Columns, day: Day): Promise<number | undefined> =>
  step(db, table, async (tx) => {
    if ((await existingDays(tx, table)).includes(day)) return undefined;
    const startMs = startOfDayMs(day) ?? 0;
    const [from, to] = [new Date(startMs).toISOString(), new Date(startMs + dayMs).toISOString()];
    const [parent, rest, fresh] = [table, `${table}_default`, partitionName(table, day)].map(quoteIdentifier);
    const names = columns.insertable.map(quoteIdentifier).join(', ');
    const key = quoteIdentifier(columns.key);
    await tx.query(
      `CREATE TABLE ${fresh} (LIKE ${parent} INCLUDING ALL EXCLUDING INDEXES EXCLUDING IDENTITY EXCLUDING STATISTICS)`,
    );
    // Between moving and attaching no further row of this day may arrive in DEFAULT.
    await tx.query(`LOCK TABLE ${rest} IN ACCESS EXCLUSIVE MODE`);
    const moved = await tx.query(
      `WITH moved AS (DELETE FROM ${rest} WHERE ${key} >= $1 AND ${key} < $2 RETURNING ${names})
       INSERT INTO ${fresh} (${names}) SELECT ${names} FROM moved`,
      [from, to],
    );
    await tx.query(
      `ALTER TABLE ${parent} ATTACH PARTITION ${fresh} FOR VALUES FROM ('${from}') TO ('${to}')`,
    );
    return moved.rowCount;
  });

const dropDay = (db: Database, table: string, day: Day): Promise<boolean> =>
  step(db, table, async (tx) => {
    if (!(await existingDays(tx, table)).includes(day)) return false;
    await tx.query(`DROP TABLE ${quoteIdentifier(partitionName(table, day))}`);
    return true;
  });

/** Late rows came with an old time, so their retention counts from when they were received. */
const deleteOldLateRows = async (db: Database, table: string, columns: Columns, cutoff: Date) => {
  const rest = quoteIdentifier(`${table}_default`);
  const age = columns.hasReceivedAt ? 'received_at' : quoteIdentifier(columns.key);
  let deletedRows = 0;
  for (let batch = 0; batch < maxDeleteBatches; batch += 1) {
    const { rowCount } = await db.query(
      `DELETE FROM ${rest} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${rest} WHERE ${age} < $1 LIMIT ${deleteBatchRows}))`,
      [cutoff],
    );
    deletedRows += rowCount;
    if (rowCount < deleteBatchRows) return { deletedRows, deleteIncomplete: false };
  }
  return { deletedRows, deleteIncomplete: true };
};

const checkOptions = ({ table, aheadDays, retentionDays }: PartitionOptions): void => {
  if (Buffer.byteLength(table) > maxTableNameBytes)
    throw new RangeError(`the table name ${table} is too long`);
  if (!Number.isInteger(aheadDays) || aheadDays < 0 || aheadDays > maxAheadDays) {
    throw new RangeError(`aheadDays must be a whole number from 0 to ${maxAheadDays}`);
  }
  if (!Number.isInteger(retentionDays) || retentionDays < 1)
    throw new RangeError('retentionDays must be at least 1');
};

/**
 * Makes and drops daily partitions; call it at the start and every hour or so, on any number of replicas. A row
 * outside of all days goes to DEFAULT and is deleted when its `received_at` (else its partition key) is older than
 * the retention. Errors: SQLSTATE 55P03 when a lock was not to be had in time; the next call goes on from there.
 */
export const maintainPartitions = async (
  db: Database,
  options: PartitionOptions,
): Promise<PartitionReport> => {
  checkOptions(options);
  const { table, aheadDays, retentionDays, clock } = options;
  const nowMs = clock.nowMs();
  const columns = await readColumns(db, table);
  await ensureDefault(db, table);
  const plan = planPartitions({ existing: await existingDays(db, table), nowMs, aheadDays, retentionDays });
  const created: string[] = [];
  const dropped: string[] = [];
  let movedRows = 0;
  for (const day of plan.create) {
    const moved = await createDay(db, table, columns, day);
    if (moved === undefined) continue;
    created.push(partitionName(table, day));
    movedRows += moved;
  }
  for (const day of plan.drop) if (await dropDay(db, table, day)) dropped.push(partitionName(table, day));
  const cutoff = new Date(nowMs - retentionDays * dayMs);
  if (options.keepDefault === true) {
    return { created, dropped, movedRows, deletedRows: 0, deleteIncomplete: false };
  }
  return { created, dropped, movedRows, ...(await deleteOldLateRows(db, table, columns, cutoff)) };
};
