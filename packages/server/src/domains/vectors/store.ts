import type { Executor } from '../../platform/database/types.ts';
import type { Match, Metric } from './similarity.ts';

export interface NamespaceRow {
  readonly name: string;
  readonly dimensions: number;
  readonly metric: Metric;
  readonly model: string | null;
  readonly created_at: Date;
  readonly vectors: string;
}

const namespaceColumns = `n.name, n.dimensions, n.metric, n.model, n.created_at`;
const counted = `(SELECT count(*) FROM vector_items i WHERE i.owner_id = n.owner_id AND i.namespace = n.name) AS vectors`;

export const findNamespace = async (
  db: Executor,
  ownerId: string,
  name: string,
): Promise<Omit<NamespaceRow, 'vectors'> | undefined> => {
  const { rows } = await db.query<NamespaceRow>(
    `SELECT ${namespaceColumns} FROM vector_namespaces n WHERE n.owner_id = $1 AND n.name = $2`,
    [ownerId, name],
  );
  return rows[0];
};

export const listNamespaces = async (
  db: Executor,
  ownerId: string,
  limit: number,
  after: string | undefined,
): Promise<readonly NamespaceRow[]> => {
  const { rows } = await db.query<NamespaceRow>(
    `SELECT ${namespaceColumns}, ${counted} FROM vector_namespaces n
      WHERE n.owner_id = $1 AND n.name > $2 ORDER BY n.name LIMIT $3`,
    [ownerId, after ?? '', limit],
  );
  return rows;
};

/** Serialises the writers of one owner: what they count stays true until they commit. */
export const lockOwner = async (tx: Executor, ownerId: string): Promise<void> => {
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('vectors:' || $1, 0))`, [ownerId]);
};

export const countOwned = async (
  db: Executor,
  ownerId: string,
): Promise<{ readonly namespaces: number; readonly vectors: number }> => {
  const { rows } = await db.query<{ namespaces: string; vectors: string }>(
    `SELECT (SELECT count(*) FROM vector_namespaces WHERE owner_id = $1) AS namespaces,
            (SELECT count(*) FROM vector_items WHERE owner_id = $1) AS vectors`,
    [ownerId],
  );
  return { namespaces: Number(rows[0]?.namespaces), vectors: Number(rows[0]?.vectors) };
};

export const insertNamespace = async (
  tx: Executor,
  ownerId: string,
  namespace: Omit<NamespaceRow, 'vectors'>,
): Promise<void> => {
  await tx.query(
    `INSERT INTO vector_namespaces (owner_id, name, dimensions, metric, model, created_at)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [ownerId, namespace.name, namespace.dimensions, namespace.metric, namespace.model, namespace.created_at],
  );
};

export interface Item {
  readonly id: string;
  readonly values: readonly number[];
  readonly content: string | null;
  readonly metadata: object;
}

/** Puts items; answers how many of them are new. */
export const upsertItems = async (
  tx: Executor,
  ownerId: string,
  namespace: string,
  items: readonly Item[],
  at: Date,
): Promise<number> => {
  const { rows } = await tx.query<{ fresh: boolean }>(
    `INSERT INTO vector_items (owner_id, namespace, id, embedding, content, metadata, updated_at)
     SELECT $1, $2, id, embedding::real[], content, metadata::jsonb, $7
       FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) AS given (id, embedding, content, metadata)
     ON CONFLICT (owner_id, namespace, id) DO UPDATE
       SET embedding = excluded.embedding, content = excluded.content, metadata = excluded.metadata,
           updated_at = excluded.updated_at
     RETURNING xmax = 0 AS fresh`,
    [
      ownerId,
      namespace,
      items.map((item) => item.id),
      items.map((item) => `{${item.values.join(',')}}`),
      items.map((item) => item.content),
      items.map((item) => JSON.stringify(item.metadata)),
      at,
    ],
  );
  return rows.filter(({ fresh }) => fresh).length;
};

export const deleteItems = async (
  tx: Executor,
  ownerId: string,
  namespace: string,
  ids: readonly string[],
): Promise<number> => {
  const sql = 'DELETE FROM vector_items WHERE owner_id = $1 AND namespace = $2 AND id = ANY($3)';
  return (await tx.query(sql, [ownerId, namespace, ids])).rowCount;
};

export const deleteNamespace = async (tx: Executor, ownerId: string, name: string): Promise<boolean> =>
  (await tx.query('DELETE FROM vector_namespaces WHERE owner_id = $1 AND name = $2', [ownerId, name]))
    .rowCount > 0;

export interface ItemRow {
  readonly id: string;
  readonly content: string | null;
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
  readonly embedding: readonly number[];
}

export const readItems = async (
  db: Executor,
  ownerId: string,
  namespace: string,
  ids: readonly string[],
): Promise<readonly ItemRow[]> => {
  const { rows } = await db.query<ItemRow>(
    `SELECT id, content, metadata, embedding FROM vector_items
      WHERE owner_id = $1 AND namespace = $2 AND id = ANY($3)`,
    [ownerId, namespace, ids],
  );
  return rows;
};

/** Whether this database has pgvector, and where names are looked for. */
export const hasPgvector = async (db: Executor): Promise<boolean> =>
  (
    await db.query(
      `SELECT 1 FROM pg_extension WHERE extname = 'vector' AND to_regtype('vector')::oid IN
         (SELECT objid FROM pg_depend WHERE refobjid = pg_extension.oid AND classid = 'pg_type'::regclass)`,
    )
  ).rowCount > 0;

/**
 * pgvector's operators give distances: what is nearer is smaller. A vector of length 0 has no cosine, and pgvector
 * answers NaN: as in the exact search it is as far as can be.
 */
const operators: Readonly<Record<Metric, string>> = { cosine: '<=>', dot: '<#>', l2: '<->' };

/** The nearest vectors by pgvector: what the exact search gives, but for the last digits of the scores. */
export const pgvectorSearch = async (
  db: Executor,
  query: {
    readonly ownerId: string;
    readonly namespace: string;
    readonly values: readonly number[];
    readonly metric: Metric;
    readonly filter: string;
    readonly topK: number;
  },
): Promise<readonly Match[]> => {
  const { rows } = await db.query<{ id: string; distance: number }>(
    `SELECT id, CASE WHEN distance = 'NaN' THEN 2 ELSE distance END AS distance
       FROM (SELECT id, embedding::vector ${operators[query.metric]} $4::vector AS distance FROM vector_items
              WHERE owner_id = $1 AND namespace = $2 AND metadata @> $3::jsonb) AS measured
      ORDER BY 2, id COLLATE "C" LIMIT $5`,
    [query.ownerId, query.namespace, query.filter, `[${query.values.join(',')}]`, query.topK],
  );
  return rows.map(({ id, distance }) => ({
    id,
    score: query.metric === 'cosine' ? 1 - distance : -distance,
  }));
};
