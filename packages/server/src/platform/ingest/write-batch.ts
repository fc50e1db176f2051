import type { Database, Tx } from '../database/types.ts';
import { classifyWriteError } from './classify-write-error.ts';
import {
  amendAnswers,
  claimId,
  storeAnswers,
  type AnsweredClaim,
  type EarlierAnswer,
} from '../idempotency/index.ts';
import { replay } from './replay.ts';
import type { Pending } from './submission-queue.ts';
import type { WriteAtOnce, WriteItems } from './types.ts';

export interface WriteBatchOptions<T> {
  readonly db: Database;
  readonly write: WriteItems<T>;
  readonly writeAtOnce?: WriteAtOnce<T> | undefined;
}

// A batch that lost a deadlock wins the next time or the time after; more would only hide a fault.
const maxAttempts = 3;

const claimsOf = <T>(batch: readonly Pending<T>[]): readonly AnsweredClaim[] =>
  batch.flatMap(({ submission: { idempotency, answer } }) =>
    idempotency === undefined ? [] : [{ claim: idempotency, answer: { ...answer, headers: {} } }],
  );

/** Answers that were found out by writing. */
const laterClaimsOf = <T>(batch: readonly Pending<T>[]): readonly AnsweredClaim[] =>
  batch.flatMap(({ submission: { idempotency, answerAfter } }) =>
    idempotency === undefined || answerAfter === undefined
      ? []
      : [{ claim: idempotency, answer: { ...answerAfter(), headers: {} } }],
  );

/** Stores what is new of a batch; answers the first answers of what had been stored before. */
const store = async <T>(
  tx: Tx,
  batch: readonly Pending<T>[],
  options: WriteBatchOptions<T>,
): Promise<ReadonlyMap<string, EarlierAnswer>> => {
  const claims = claimsOf(batch);
  const known = claims.length === 0 ? new Map<string, EarlierAnswer>() : await storeAnswers(tx, claims);
  const isKnown = ({ submission: { idempotency } }: Pending<T>) =>
    idempotency !== undefined && known.has(claimId(idempotency));
  const fresh = batch.filter((pending) => !isKnown(pending));
  if (fresh.length > 0)
    await options.write(
      tx,
      fresh.map(({ submission }) => submission.item),
    );
  const later = laterClaimsOf(fresh);
  if (later.length > 0) await amendAnswers(tx, later);
  return known;
};

const noneKnown: ReadonlyMap<string, EarlierAnswer> = new Map();

/** `store` in as few statements as it takes: without a key to remember, items may need no transaction. */
const storeWhole = async <T>(
  batch: readonly Pending<T>[],
  options: WriteBatchOptions<T>,
): Promise<ReadonlyMap<string, EarlierAnswer>> => {
  const hasKeys = batch.some(({ submission: { idempotency } }) => idempotency !== undefined);
  const atOnce = hasKeys ? undefined : options.writeAtOnce?.(batch.map(({ submission }) => submission.item));
  if (atOnce === undefined) return options.db.transaction((tx) => store(tx, batch, options));
  await atOnce(options.db);
  return noneKnown;
};

/** Answers the request; answers how many of its rows were stored now. */
const settle = <T>(pending: Pending<T>, known: ReadonlyMap<string, EarlierAnswer>): number => {
  const { idempotency, answer, answerAfter } = pending.submission;
  const stored = idempotency === undefined ? undefined : known.get(claimId(idempotency));
  if (idempotency === undefined || stored === undefined) {
    pending.resolve({ ...(answerAfter?.() ?? answer), replayed: false });
    return pending.submission.rows;
  }
  try {
    pending.resolve(replay(idempotency, stored));
  } catch (error) {
    pending.reject(error);
  }
  return 0;
};

/**
 * Writes a batch in one transaction and settles each of its requests. When PostgreSQL refuses a value, the batch is
 * halved until the request that holds it stands alone: n requests with one bad among them cost about 2·log2(n)
 * transactions more, and the others are stored. Answers the number of rows stored; never rejects.
 */
export const writeBatch = async <T>(
  batch: readonly Pending<T>[],
  options: WriteBatchOptions<T>,
  attempt = 1,
): Promise<number> => {
  let known: ReadonlyMap<string, EarlierAnswer>;
  try {
    known = await storeWhole(batch, options);
  } catch (error) {
    const failure = classifyWriteError(error);
    if (failure.kind === 'again' && attempt < maxAttempts) return writeBatch(batch, options, attempt + 1);
    if (failure.kind === 'data' && batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      const stored = await writeBatch(batch.slice(0, middle), options);
      return stored + (await writeBatch(batch.slice(middle), options));
    }
    for (const pending of batch) pending.reject(failure.error);
    return 0;
  }
  return batch.reduce((rows, pending) => rows + settle(pending, known), 0);
};
