import type { Target } from './check-url.ts';
import type { RequestBytes } from './connection.ts';
import type { OutboundLimits } from './limits.ts';
import type { RequestHeaders } from './request-headers.ts';
import { OutboundFailure, type OutboundRequest } from './types.ts';

export interface PreparedRequest extends RequestBytes {
  readonly maxResponseBytes: number;
  readonly repeatable: boolean;
}

/** A path and query as URLs write them: no space and no line end, which would begin something else. */
const requestTarget = /^\/[\x21-\x7e]*$/;

/** Checks what the caller wants to say, and bounds it. Throws `OutboundFailure` of kind `protocol`. */
export const prepareRequest = (
  request: OutboundRequest,
  target: Target,
  limits: OutboundLimits,
  headersOf: RequestHeaders,
): PreparedRequest => {
  const { body } = request;
  const bytes = body === undefined ? undefined : Buffer.byteLength(body);
  if (bytes !== undefined && bytes > limits.requestBodyMaxBytes) {
    throw malformed(`the body has more than ${String(limits.requestBodyMaxBytes)} bytes`);
  }
  // A method that has a body by nature says so even when it is empty (RFC 9110, section 8.6).
  const told = bytes ?? (request.method.startsWith('P') ? 0 : undefined);
  const length = told === undefined ? '' : `content-length: ${String(told)}\r\n`;
  const checked = headersOf(request.headers ?? {}, target.url.host);
  if (!checked.ok) throw malformed(checked.reason);
  const path = `${target.url.pathname}${target.url.search}`;
  if (!requestTarget.test(path)) throw malformed('the path holds characters that no URL has');
  return {
    head: `${request.method} ${path} HTTP/1.1\r\n${checked.lines}${length}\r\n`,
    body,
    maxResponseBytes: Math.min(request.maxResponseBytes ?? limits.responseBytes, limits.responseMaxBytes),
    repeatable: request.repeatable ?? request.method === 'GET',
  };
};

const malformed = (reason: string): OutboundFailure =>
  new OutboundFailure('protocol', reason, { retryable: false });
