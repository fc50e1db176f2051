import type { Agent, ClientRequest } from 'node:http';
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

/** Watches on what connection a request goes; the answer tells whether its error is that of a stale one. */
export const watchStaleness = (request: ClientRequest): ((cause: unknown) => boolean) => {
  let bytesBefore = 0;
  request.once('socket', (socket) => {
    bytesBefore = socket.bytesRead;
  });
  return (cause) =>
    request.reusedSocket &&
    request.socket?.bytesRead === bytesBefore &&
    cause instanceof Error &&
    'code' in cause &&
    lostCodes.has(String(cause.code));
};

/** Ends the agent's idle connections, so that its next request opens one: where one was closed, others were too. */
export const dropIdle = (agent: Agent): void => {
  for (const sockets of Object.values(agent.freeSockets)) {
    for (const socket of sockets ?? []) socket.destroy();
  }
};
