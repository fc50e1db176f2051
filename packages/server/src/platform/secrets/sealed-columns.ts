import { quoteIdentifier, quoteTable } from '../database/identifiers.ts';
import type { Executor } from '../database/types.ts';
import { sealedPrefix } from './sealer.ts';

/** A text column that holds sealed values, or null. Each domain that seals registers its own. */
export interface SealedColumn {
  /** `table` or `schema.table`. */
  readonly table: string;
  /** Unique and ordered: the walk goes along it. */
  readonly idColumn: string;
  readonly column: string;
  /** The purpose the values are sealed for: the same for all rows, or bound to the row's id (as text). */
  readonly purpose: string | ((id: string) => string);
}

/** `table.column`, for people. */
export const columnName = ({ table, column }: SealedColumn): string => `${table}.${column}`;

/** Whether any value of the column is sealed with this key. */
export const holdsKey = async (db: Executor, place: SealedColumn, keyId: string): Promise<boolean> => {
  const column = quoteIdentifier(place.column);
  const { rowCount } = await db.query(
    `SELECT 1 FROM ${quoteTable(place.table)} WHERE starts_with(${column}, $1) LIMIT 1`,
    [sealedPrefix(keyId)],
  );
  return rowCount > 0;
};

/** Values of the column that are not sealed with this key, counted up to `max`. */
export const countOthers = async (
  db: Executor,
  place: SealedColumn,
  keyId: string,
  max: number,
): Promise<number> => {
  const column = quoteIdentifier(place.column);
  const { rows } = await db.query<{ count: string }>(
    `SELECT count(*) FROM (
       SELECT 1 FROM ${quoteTable(place.table)}
       WHERE ${column} IS NOT NULL AND NOT starts_with(${column}, $1) LIMIT $2) AS others`,
    [sealedPrefix(keyId), max],
  );
  return Number(rows[0]?.count ?? 0);
};

export interface SealedRow {
  readonly id: string;
  readonly sealed: string;
}

/** The SQL type of the column's id, as PostgreSQL writes it: the walk compares ids in their own type, by their index. */
export const idTypeOf = async (db: Executor, { table, idColumn }: SealedColumn): Promise<string> => {
  const { rows } = await db.query<{ type: string }>(
    `SELECT format_type(atttypid, NULL) AS type FROM pg_attribute
     WHERE attrelid = $1::regclass AND attname = $2 AND NOT attisdropped`,
    [quoteTable(table), idColumn],
  );
  const type = rows[0]?.type;
  if (type === undefined) throw new Error(`${table} has no column ${idColumn}`);
  return type;
};

/** The next rows with a value, in the order of their ids, after the id `afterId`. `idType` is PostgreSQL's own text. */
export const nextRows = async (
  db: Executor,
  place: SealedColumn,
  { idType, afterId, limit }: { idType: string; afterId: string | null; limit: number },
): Promise<readonly SealedRow[]> => {
  const id = quoteIdentifier(place.idColumn);
  const column = quoteIdentifier(place.column);
  const after = afterId === null ? '' : `AND ${id} > $2::${idType}`;
  const { rows } = await db.query<{ id: string; sealed: string }>(
    `SELECT ${id}::text AS id, ${column} AS sealed FROM ${quoteTable(place.table)}
     WHERE ${column} IS NOT NULL ${after} ORDER BY ${quoteTable(place.table)}.${id} LIMIT $1`,
    afterId === null ? [limit] : [limit, afterId],
  );
  return rows;
};

/** Replaces values that nobody changed meanwhile; answers how many. */
export const replaceValues = async (
  db: Executor,
  place: SealedColumn,
  idType: string,
  changes: readonly { readonly id: string; readonly before: string; readonly after: string }[],
): Promise<number> => {
  const id = quoteIdentifier(place.idColumn);
  const column = quoteIdentifier(place.column);
  const { rowCount } = await db.query(
    `UPDATE ${quoteTable(place.table)} AS t SET ${column} = change.after
     FROM unnest($1::text[], $2::text[], $3::text[]) AS change (id, before, after)
     WHERE t.${id} = change.id::${idType} AND t.${column} = change.before`,
    [changes.map((one) => one.id), changes.map((one) => one.before), changes.map((one) => one.after)],
  );
  return rowCount;
};
