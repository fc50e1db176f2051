import type { Database } from '../../platform/database/index.ts';
import { createNearest, probeOf, similarity, type Match, type Metric } from './similarity.ts';

/** A field of PostgreSQL's binary COPY: a length of four bytes, then so many bytes. */
const lengthBytes = 4;
/** Fields of a row are counted in its first two bytes. */
const countBytes = 2;
/** An array in binary form: dimensions, flags, type, length, lower bound; then each element behind its own length. */
const arrayHeaderBytes = 20;
const elementBytes = 8;

/**
 * The nearest vectors by looking at all of a namespace: exact, whatever the filter, and bounded by the quota. Rows come
 * in binary form, and their numbers are read where they lie.
 */
export const exactSearch = async (
  db: Database,
  query: {
    readonly ownerId: string;
    readonly namespace: string;
    readonly values: readonly number[];
    readonly metric: Metric;
    /** JSON that the metadata must contain. */
    readonly filter: string;
    readonly topK: number;
  },
): Promise<readonly Match[]> => {
  const probe = probeOf(query.values);
  const nearest = createNearest(query.topK);
  const wanted = arrayHeaderBytes + probe.values.length * elementBytes;
  const onRow = (row: Buffer): void => {
    const idLength = row.readInt32BE(countBytes);
    const idAt = countBytes + lengthBytes;
    const arrayAt = idAt + idLength + lengthBytes;
    if (row.readInt32BE(arrayAt - lengthBytes) !== wanted) return;
    const first = arrayAt + arrayHeaderBytes + lengthBytes;
    const score = similarity(query.metric, probe, (index) => row.readFloatBE(first + index * elementBytes));
    if (nearest.wants(score)) nearest.add({ id: row.toString('utf8', idAt, idAt + idLength), score });
  };
  await db.transaction((tx) =>
    tx.copyOut(
      `SELECT id, embedding FROM vector_items
        WHERE owner_id = $1 AND namespace = $2 AND metadata @> $3::jsonb`,
      [query.ownerId, query.namespace, query.filter],
      onRow,
    ),
  );
  return nearest.list();
};
