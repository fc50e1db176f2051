import {
  isDatabaseUnavailable,
  isStatementTimeout,
  isUniqueViolation,
  sqlStateOf,
} from '../database/errors.ts';

/** A batch was not answered in time; it may be stored now, later or never. */
export class BatchTimeout extends Error {
  constructor(timeoutMs: number) {
    super(`The audit commit had no answer within ${timeoutMs} ms`);
    this.name = 'BatchTimeout';
  }
}

/** What is known of a batch whose write failed. */
export type BatchOutcome =
  /** PostgreSQL refused it: its sequences may be used again. */
  | 'refused'
  /** The connection ended before the COMMIT was sent: not stored, and the database is probably away. */
  | 'away'
  /** The connection ended at the COMMIT, or something unforeseen happened: stored or not. */
  | 'unknown'
  /** No answer in time: stored, not stored, or stored later. */
  | 'hanging';

export const outcomeOf = (error: unknown): BatchOutcome => {
  if (error instanceof BatchTimeout) return 'hanging';
  if (isDatabaseUnavailable(error)) return error.outcomeUnknown ? 'unknown' : 'away';
  // A sequence that is taken means that the chain is not what the writer believes.
  if (isUniqueViolation(error)) return 'unknown';
  return isStatementTimeout(error) || sqlStateOf(error) !== undefined ? 'refused' : 'unknown';
};

/** Whether the batch is certainly not stored, so that the chain may go on where it was. */
export const isCertain = (outcome: BatchOutcome): boolean => outcome === 'refused' || outcome === 'away';
