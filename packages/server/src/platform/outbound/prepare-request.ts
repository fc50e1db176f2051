import type { Target } from './check-url.ts';
import type { ExchangeOptions } from './exchange.ts';
import type { OutboundLimits } from './limits.ts';
import { requestHeaders } from './request-headers.ts';
import { OutboundFailure, type OutboundRequest } from './types.ts';

export type PreparedRequest = Pick<ExchangeOptions, 'method' | 'headers' | 'body' | 'maxResponseBytes'> & {
  readonly repeatable: boolean;
};

/** Checks what the caller wants to say, and bounds it. Throws `OutboundFailure` of kind `protocol`. */
export const prepareRequest = (
  request: OutboundRequest,
  target: Target,
  limits: OutboundLimits,
): PreparedRequest => {
  const { body } = request;
  const length = body === undefined ? undefined : Buffer.byteLength(body);
  if (length !== undefined && length > limits.requestBodyMaxBytes) {
    throw malformed(`the body has more than ${String(limits.requestBodyMaxBytes)} bytes`);
  }
  // A method that has a body by nature says so even when it is empty (RFC 9110, section 8.6).
  const bodyBytes = length ?? (request.method.startsWith('P') ? 0 : undefined);
  const checked = requestHeaders(request.headers ?? {}, { host: target.url.host, bodyBytes });
  if (!checked.ok) throw malformed(checked.reason);
  return {
    method: request.method,
    headers: checked.headers,
    body,
    maxResponseBytes: Math.min(request.maxResponseBytes ?? limits.responseBytes, limits.responseMaxBytes),
    repeatable: request.repeatable ?? request.method === 'GET',
  };
};

const malformed = (reason: string): OutboundFailure =>
  new OutboundFailure('protocol', reason, { retryable: false });
