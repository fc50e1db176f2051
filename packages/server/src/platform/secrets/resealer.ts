import type { Database, Tx } from '../database/types.ts';
import type { Logger } from '../observability/index.ts';
import {
  columnName,
  countOthers,
  holdsKey,
  idTypeOf,
  nextRows,
  replaceValues,
  type SealedColumn,
  type SealedRow,
} from './sealed-columns.ts';
import type { KeyedSealer } from './sealer.ts';
import { knownKeys, readProgress, setRetired, writeProgress, type PlaceProgress } from './sealing-store.ts';
import { UnsealError } from './unseal-error.ts';

/** Rows in one transaction: short enough to disturb nobody. */
const defaultBatchSize = 200;

/** Walks over a column in one run: replicas that still have the old key as theirs may write behind the walk. */
const walksMax = 3;

/** Values that are counted at most when someone asks how much is left. */
const countedMax = 100_000;

/** How far rotation to the current key is. */
export interface ResealProgress {
  readonly keyId: string;
  readonly places: readonly (Pick<
    PlaceProgress,
    'place' | 'scanned' | 'resealed' | 'failed' | 'finishedAt'
  > & {
    /** Values not yet sealed with the current key; 100,000 means that many or more. */
    readonly remaining: number;
  })[];
  readonly done: boolean;
}

export interface Resealer {
  /**
   * Seals with the current key whatever is sealed with an older one, batch by batch, from where the last run
   * stopped; then marks keys that nothing needs any more. Ends early when `signal` fires. Safe to run at any time and
   * on several replicas; cheap when there is nothing to do.
   */
  run(signal: AbortSignal): Promise<ResealProgress>;
  progress(): Promise<ResealProgress>;
}

interface ResealerDeps {
  readonly db: Database;
  readonly sealer: KeyedSealer;
  readonly columns: readonly SealedColumn[];
  readonly log: Logger;
  readonly now: () => Date;
  readonly batchSize?: number;
}

/** Rotation of sealing keys. `checkSealingKeys` has run before, and knows the current key. */
export const createResealer = (deps: ResealerDeps): Resealer => {
  const { db, sealer, columns } = deps;

  const progress = async (): Promise<ResealProgress> => {
    const known = new Map((await readProgress(db, sealer.currentKeyId)).map((one) => [one.place, one]));
    const places: ResealProgress['places'][number][] = [];
    for (const column of columns) {
      const { place, scanned, resealed, failed, finishedAt } = known.get(columnName(column)) ?? fresh(column);
      const remaining = await countOthers(db, column, sealer.currentKeyId, countedMax);
      places.push({ place, scanned, resealed, failed, finishedAt, remaining });
    }
    const done = places.every(({ remaining }) => remaining === 0);
    return { keyId: sealer.currentKeyId, places, done };
  };

  return {
    progress,
    run: async (signal) => {
      for (const column of columns) {
        let unopened = 0;
        for (let walk = 0; walk < walksMax && !signal.aborted; walk += 1) {
          // What does not open will not open in the next walk either.
          if ((await countOthers(db, column, sealer.currentKeyId, unopened + 1)) <= unopened) break;
          unopened = await walkColumn(deps, column, signal);
        }
      }
      if (!signal.aborted) await retireKeys(deps);
      return progress();
    },
  };
};

const fresh = (column: SealedColumn): PlaceProgress => ({
  place: columnName(column),
  lastId: null,
  scanned: 0,
  resealed: 0,
  failed: 0,
  finishedAt: null,
});

/** Answers how many values did not open. */
const walkColumn = async (deps: ResealerDeps, column: SealedColumn, signal: AbortSignal): Promise<number> => {
  const idType = await idTypeOf(deps.db, column);
  let walk = fresh(column);
  while (walk.finishedAt === null && !signal.aborted) {
    // Rows and progress change together: a crash between two batches loses and repeats nothing.
    walk = await deps.db.transaction((tx) => resealBatch(deps, tx, column, idType));
  }
  return walk.failed;
};

const resealBatch = async (
  { sealer, log, now, batchSize = defaultBatchSize }: ResealerDeps,
  tx: Tx,
  column: SealedColumn,
  idType: string,
): Promise<PlaceProgress> => {
  const name = columnName(column);
  const { currentKeyId } = sealer;
  const before = (await readProgress(tx, currentKeyId)).find(({ place }) => place === name) ?? fresh(column);
  // The column was walked to its end once: begin anew for what came behind the walk, and count from zero.
  const from = before.finishedAt === null ? before : fresh(column);
  const rows = await nextRows(tx, column, { idType, afterId: from.lastId, limit: batchSize });
  const { changes, failed } = resealRows(sealer, column, rows);
  for (const { id, problem } of failed) {
    log.error({ place: name, id, problem }, 'a sealed value does not open, and stays as it is');
  }
  const resealed = changes.length === 0 ? 0 : await replaceValues(tx, column, idType, changes);
  const after: PlaceProgress = {
    place: name,
    lastId: rows.at(-1)?.id ?? from.lastId,
    scanned: from.scanned + rows.length,
    resealed: from.resealed + resealed,
    failed: from.failed + failed.length,
    finishedAt: rows.length < batchSize ? now() : null,
  };
  await writeProgress(tx, currentKeyId, after, now());
  return after;
};

/** New values for the rows that need one, and the rows that do not open. */
const resealRows = (sealer: KeyedSealer, { purpose }: SealedColumn, rows: readonly SealedRow[]) => {
  const changes: { id: string; before: string; after: string }[] = [];
  const failed: { id: string; problem: string }[] = [];
  for (const { id, sealed } of rows) {
    if (!sealer.needsReseal(sealed)) continue;
    const bound = typeof purpose === 'string' ? purpose : purpose(id);
    try {
      changes.push({ id, before: sealed, after: sealer.seal(sealer.unseal(sealed, bound), bound) });
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      failed.push({ id, problem: error.problem });
    }
  }
  return { changes, failed };
};

/** Marks older keys that no column holds, so that operators see which they may take out. */
const retireKeys = async ({ db, sealer, columns, now, log }: ResealerDeps): Promise<void> => {
  for (const { keyId, retiredAt } of await knownKeys(db)) {
    if (keyId === sealer.currentKeyId || retiredAt !== null) continue;
    const held: boolean[] = [];
    for (const column of columns) held.push(await holdsKey(db, column, keyId));
    if (held.includes(true)) continue;
    await setRetired(db, keyId, now());
    log.info({ keyId }, 'nothing is sealed with this key any more: it may be taken out of the configuration');
  }
};
