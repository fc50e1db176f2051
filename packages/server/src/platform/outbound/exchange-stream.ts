import { createAnswerBody } from './answer-body.ts';
import type { Connection, RequestBytes } from './connection.ts';
import type { Deadline } from './deadline.ts';
import type { OutboundFailure, OutboundStream } from './types.ts';

/**
 * One request over one connection, answered as soon as its head is there. The deadline goes on until the body has ended
 * and is disposed then. Rejects with `OutboundFailure`.
 */
export const exchangeStream = (
  connection: Connection,
  request: RequestBytes,
  deadline: Deadline,
): Promise<OutboundStream> =>
  new Promise((resolve, reject) => {
    const { signal } = deadline;
    const { inlet, body } = createAnswerBody(connection);
    let begun = false;
    const stop = (): void => {
      connection.destroy(signal.reason as OutboundFailure);
    };
    const finish = (): void => {
      signal.removeEventListener('abort', stop);
      // Without an answer, the request may be made again within the same deadline.
      if (begun) deadline.dispose();
    };
    connection.ask(request, {
      head: ({ status, headers }) => {
        begun = true;
        resolve({ status, headers, body });
      },
      data: inlet.data,
      end: () => {
        finish();
        inlet.end();
      },
      fail: (failure) => {
        finish();
        inlet.fail(failure);
        reject(failure);
      },
    });
    signal.addEventListener('abort', stop, { once: true });
  });
