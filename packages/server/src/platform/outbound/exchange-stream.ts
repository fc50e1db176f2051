import type { Deadline } from './deadline.ts';
import { failureOf, headersOf, openRequest, type ExchangeOptions } from './exchange.ts';
import { StaleConnection, watchStaleness } from './stale-connection.ts';
import { OutboundFailure, type OutboundStream } from './types.ts';

/**
 * One request over one agent, answered as soon as its head is there. The deadline goes on until the body has ended and
 * is disposed then. Rejects with `OutboundFailure`.
 */
export const exchangeStream = (
  options: Omit<ExchangeOptions, 'signal' | 'maxResponseBytes'>,
  deadline: Deadline,
): Promise<OutboundStream> =>
  new Promise((resolve, reject) => {
    const { signal } = deadline;
    const request = openRequest({ ...options, signal, maxResponseBytes: 0 });
    const isStale = watchStaleness(request);
    const stop = (): void => {
      const reason = signal.reason as OutboundFailure;
      reject(reason);
      request.destroy(reason);
    };
    const finish = (): void => {
      signal.removeEventListener('abort', stop);
    };
    request.on('error', (cause) => {
      finish();
      reject(isStale(cause) ? new StaleConnection(cause) : failureOf(cause));
    });
    request.on('upgrade', (_response, socket) => {
      socket.destroy();
      reject(new OutboundFailure('protocol', 'the destination changed the protocol', { retryable: false }));
    });
    request.on('response', (response) => {
      response.once('close', () => {
        finish();
        deadline.dispose();
      });
      resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body: response });
    });
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    request.end(options.body);
  });
