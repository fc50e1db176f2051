import { isDatabaseUnavailable, isStatementTimeout, sqlStateOf } from '../database/errors.ts';
import { AppError } from '../errors.ts';

/**
 * What a failed batch means for its requests. `data`: one of them is to blame (a row of it, or what it asks for), and the
 * others must not suffer. `again`: the transaction lost a race and may be repeated as it is. `refuse`: all of them get this error.
 */
export type WriteFailure =
  | { readonly kind: 'data'; readonly error: AppError }
  | { readonly kind: 'again'; readonly error: AppError }
  | { readonly kind: 'refuse'; readonly error: unknown };

// serialization_failure and deadlock_detected.
const raceStates = new Set(['40001', '40P01']);
// disk_full.
const diskFullState = '53100';
// insufficient_resources other than the disk: memory, connections, configured limits.
const resourceClass = '53';
// Classes 22 (data exception) and 23 (integrity constraint violation).
const dataClasses = new Set(['22', '23']);

const unavailable = (cause: unknown): AppError =>
  new AppError('database_unavailable', { retryAfterSeconds: 1, cause });

/** Sorts the error of a batch's transaction; see `WriteFailure`. */
export const classifyWriteError = (error: unknown): WriteFailure => {
  if (error instanceof AppError)
    return { kind: error.status < 500 && error.status !== 429 ? 'data' : 'refuse', error };
  if (isDatabaseUnavailable(error) || isStatementTimeout(error))
    return { kind: 'refuse', error: unavailable(error) };
  const state = sqlStateOf(error);
  if (state === undefined) return { kind: 'refuse', error };
  if (state === diskFullState) {
    return { kind: 'refuse', error: new AppError('storage_full', { retryAfterSeconds: 30, cause: error }) };
  }
  if (raceStates.has(state)) return { kind: 'again', error: unavailable(error) };
  const stateClass = state.slice(0, 2);
  if (stateClass === resourceClass) return { kind: 'refuse', error: unavailable(error) };
  if (dataClasses.has(stateClass)) {
    const detail = 'The database refused a value of this request';
    return { kind: 'data', error: new AppError('validation_failed', { detail, cause: error }) };
  }
  return { kind: 'refuse', error };
};
