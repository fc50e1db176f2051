/** Header of a dead letter: why, when and after how many attempts. Clients of PGMQ see it in the archive. */
export const deadLetterHeader = 'x-gpushield-dead-letter';
/** Header of a message that was tried in vain and waits for its next attempt. */
export const lastErrorHeader = 'x-gpushield-last-error';
/** Header of a message that was a dead letter and was sent again: the id that it had. */
export const resentFromHeader = 'x-gpushield-resent-from';

export type DeathCause =
  /** The handler said that no further attempt can help. */
  | 'refused'
  /** The last attempt was in vain. */
  | 'attempts_exhausted'
  /** The attempts are used up and the last ones ended without an answer: their workers died or lost it. */
  | 'no_answer';

/** Errors are for people to read, and headers are read with every message. */
const maxErrorLength = 2_000;

/** An error's text within bounds, without what jsonb cannot hold. */
export const errorText = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll('\0', '').toWellFormed().slice(0, maxErrorLength).toWellFormed();
};
