import { OutboundFailure } from './types.ts';

/**
 * A kept connection that ended before a byte of the answer came: most likely the other end had closed it as idle while
 * the request was on its way. Nothing says that the request was read, and nothing that it was not.
 */
export class StaleConnection extends OutboundFailure {
  constructor(cause: unknown) {
    super('protocol', 'the connection ended before the answer was complete', { retryable: true, cause });
  }
}

const lostCodes = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/** Whether an error says no more than that the connection is gone. */
export const isLost = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && lostCodes.has(String(cause.code));

export const brokenOff = (cause?: unknown): OutboundFailure =>
  new OutboundFailure('protocol', 'the connection ended before the answer was complete', {
    retryable: true,
    cause,
  });
