import { request as httpRequest, type Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Target } from './check-url.ts';
import { StaleConnection, watchStaleness } from './stale-connection.ts';
import { OutboundFailure } from './types.ts';

/** Status line and header fields together: more is an attack or a mistake. */
const responseHeadMaxBytes = 16 * 1024;

export interface ExchangeOptions {
  readonly target: Target;
  readonly agent: Agent;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A text is written with the head, in one piece. */
  readonly body: Buffer | string | undefined;
  readonly maxResponseBytes: number;
  /** Its reason is an `OutboundFailure`. */
  readonly signal: AbortSignal;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly truncated: boolean;
}

/** One request over one agent, and its answer up to the byte limit. Rejects with `OutboundFailure`. */
export const exchange = (options: ExchangeOptions): Promise<ExchangeAnswer> =>
  new Promise((resolve, reject) => {
    const { signal } = options;
    const request = openRequest(options);
    const isStale = watchStaleness(request);
    const stop = (): void => {
      settle(() => {
        reject(signal.reason as OutboundFailure);
      });
      request.destroy();
    };
    const settle = (answer: () => void): void => {
      signal.removeEventListener('abort', stop);
      answer();
    };
    const fail = (cause: unknown): void => {
      settle(() => {
        reject(isStale(cause) ? new StaleConnection(cause) : failureOf(cause));
      });
    };
    request.on('error', fail);
    request.on('upgrade', (_response, socket) => {
      socket.destroy();
      fail(new OutboundFailure('protocol', 'the destination changed the protocol', { retryable: false }));
    });
    request.on('response', (response) => {
      collect(response, options.maxResponseBytes).then((answer) => {
        settle(() => {
          resolve(answer);
        });
        // What was cut off is not read to its end: the connection goes with it.
        if (answer.truncated) request.destroy();
      }, fail);
    });
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    request.end(options.body);
  });

export const openRequest = ({ target, agent, method, headers }: ExchangeOptions): ClientRequest => {
  const send = target.secure ? httpsRequest : httpRequest;
  return send({
    agent,
    method,
    headers,
    host: target.hostname,
    port: target.port,
    path: `${target.url.pathname}${target.url.search}`,
    maxHeaderSize: responseHeadMaxBytes,
    insecureHTTPParser: false,
  });
};

const collect = (response: IncomingMessage, maxBytes: number): Promise<ExchangeAnswer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (truncated: boolean): void => {
      resolve({
        status: response.statusCode ?? 0,
        headers: headersOf(response),
        body: Buffer.concat(chunks),
        truncated,
      });
    };
    response.on('data', (chunk: Buffer) => {
      const kept = chunk.subarray(0, maxBytes - bytes);
      if (kept.length > 0) chunks.push(kept);
      bytes += kept.length;
      if (kept.length === chunk.length) return;
      response.removeAllListeners('data');
      response.pause();
      finish(true);
    });
    response.on('end', () => {
      finish(false);
    });
    response.on('error', reject);
    // After `end` or a cut this changes nothing.
    response.on('close', () => {
      reject(brokenOff());
    });
  });

export const headersOf = (response: IncomingMessage): Record<string, string> =>
  Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

const brokenOff = (cause?: unknown): OutboundFailure =>
  new OutboundFailure('protocol', 'the connection ended before the answer was complete', {
    retryable: true,
    cause,
  });

export const failureOf = (cause: unknown): OutboundFailure => {
  if (cause instanceof OutboundFailure) return cause;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (!code.startsWith('HPE_')) return brokenOff(cause);
  const detail =
    code === 'HPE_HEADER_OVERFLOW'
      ? `the answer's header has more than ${String(responseHeadMaxBytes)} bytes`
      : 'the answer is not valid HTTP';
  return new OutboundFailure('protocol', detail, { retryable: false, cause });
};
