import { type AppError } from '../errors.ts';
import type { Database, Tx } from '../database/types.ts';
import {
  findAnswer,
  lockClaim,
  storeAnswer,
  type IdempotencyClaim,
  type StoredAnswer,
} from '../idempotency/index.ts';
import { classifyError } from './classify-error.ts';
import { renderError, type ErrorForm } from './error-forms.ts';
import type { RouteResult } from './route.ts';

export interface HandlerRun {
  readonly db: Database;
  readonly idempotent: IdempotencyClaim | undefined;
  readonly instance: string;
  readonly correlationId: string;
  readonly errorForm?: ErrorForm | undefined;
  readonly handler: (tx: Tx) => Promise<RouteResult>;
}

/** Only answers that the same request would get again are kept: faults of ours and refusals of the moment are not. */
export const isFinal = (error: AppError): boolean =>
  error.status < 500 && error.status !== 429 && error.status !== 409;

/** An error as the answer that is kept, in the form of the route's protocol. */
export const errorAnswer = (
  error: AppError,
  run: Pick<HandlerRun, 'errorForm' | 'instance' | 'correlationId'>,
): StoredAnswer => {
  const { status, body, headers, contentType } = renderError(run.errorForm, error, run);
  return { status, body, headers: { ...headers, 'content-type': contentType } };
};

const answerOnce = async (run: HandlerRun, tx: Tx, claim: IdempotencyClaim): Promise<RouteResult> => {
  await lockClaim(tx, claim);
  const stored = await findAnswer(tx, claim);
  if (stored !== undefined) {
    return { ...stored, headers: { ...stored.headers, 'idempotency-replayed': 'true' } };
  }
  try {
    const result = await tx.savepoint(() => run.handler(tx));
    await storeAnswer(tx, claim, {
      status: result.status,
      body: result.body,
      headers: result.headers ?? {},
    });
    return result;
  } catch (thrown) {
    const error = classifyError(thrown);
    if (!isFinal(error)) throw error;
    const answer = errorAnswer(error, run);
    await storeAnswer(tx, claim, answer);
    return answer;
  }
};

/**
 * Runs a changing handler in one transaction. With an Idempotency-Key the first answer, errors included, is stored
 * in that same transaction, so that a crash between the change and its answer cannot part them.
 */
export const runInTransaction = (run: HandlerRun): Promise<RouteResult> => {
  const { idempotent } = run;
  return run.db.transaction((tx) =>
    idempotent === undefined ? run.handler(tx) : answerOnce(run, tx, idempotent),
  );
};
