import type { Connection, RequestBytes } from './connection.ts';
import type { AnswerHead } from './read-head.ts';
import { OutboundFailure } from './types.ts';

export interface ExchangeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly truncated: boolean;
}

const cutOff = (): OutboundFailure =>
  new OutboundFailure('protocol', 'the answer is longer than it may be', { retryable: false });

/**
 * One request over one connection, and its answer up to the byte limit. Rejects with `OutboundFailure`; the signal's
 * reason is one.
 */
export const exchange = (
  connection: Connection,
  request: RequestBytes,
  { maxResponseBytes, signal }: { readonly maxResponseBytes: number; readonly signal: AbortSignal },
): Promise<ExchangeAnswer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let head: AnswerHead | undefined;
    const stop = (): void => {
      connection.destroy(signal.reason as OutboundFailure);
    };
    const finish = (truncated: boolean): void => {
      signal.removeEventListener('abort', stop);
      const { status = 0, headers = {} } = head ?? {};
      resolve({ status, headers, body: Buffer.concat(chunks), truncated });
    };
    connection.ask(request, {
      head: (given) => {
        head = given;
      },
      data: (chunk) => {
        const kept = chunk.subarray(0, maxResponseBytes - bytes);
        if (kept.length > 0) chunks.push(kept);
        bytes += kept.length;
        if (kept.length === chunk.length) return;
        finish(true);
        // What was cut off is not read to its end: the connection goes with it.
        connection.destroy(cutOff());
      },
      end: () => {
        finish(false);
      },
      // After an answer that was cut off this changes nothing.
      fail: (failure) => {
        signal.removeEventListener('abort', stop);
        reject(failure);
      },
    });
    signal.addEventListener('abort', stop, { once: true });
  });
