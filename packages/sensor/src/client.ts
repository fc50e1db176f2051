import { createHmac } from 'node:crypto';
import { authBackoffMs, parseRetryAfter } from './backoff.ts';
import type { Clock } from './clock.ts';

/** Largest answer that is read; the largest legitimate one (a configuration) is below 300 KiB. */
export const maxAnswerBytes = 1_048_576;
/** Deadline of an ordinary request, answer included. */
export const requestTimeoutMs = 15_000;

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Signed as this agent, instead of sent with the API key. */
  readonly signAs?: { readonly id: string; readonly secret: string };
}

/**
 * What came of a request. `retry`: the same may succeed later. `denied`: 401 or 403, a person has to act.
 * `refused`: the same request can never succeed; `code` is the error catalogue's.
 */
export type ApiResult =
  | { readonly kind: 'ok'; readonly status: number; readonly body: unknown }
  | { readonly kind: 'retry'; readonly reason: string; readonly retryAfterMs: number }
  | { readonly kind: 'denied'; readonly reason: string; readonly retryAfterMs: number }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly reason: string };

export type ApiClient = (request: ApiRequest) => Promise<ApiResult>;

const retryableStatuses: ReadonlySet<number> = new Set([408, 409, 425, 429]);

const readCapped = async (response: Response): Promise<string | null> => {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  const stream: AsyncIterable<Uint8Array> = response.body;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > maxAnswerBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const parseJson = (source: string): unknown => {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
};

const field = (body: unknown, name: string): string => {
  if (typeof body !== 'object' || body === null || !(name in body)) return '';
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value.slice(0, 300) : '';
};

/** Turns a status and an answer into what the sensor should do about it. */
export const classifyAnswer = (
  { status, retryAfter, body }: { status: number; retryAfter: string | null; body: unknown },
  nowMs: number,
): ApiResult => {
  const code = field(body, 'code');
  const reason = `${status} ${[code, field(body, 'detail')].filter(Boolean).join(': ')}`.trim();
  const retryAfterMs = parseRetryAfter(retryAfter, nowMs);
  if (status >= 200 && status < 300) return { kind: 'ok', status, body };
  if (status === 401 || status === 403) {
    return { kind: 'denied', reason, retryAfterMs: Math.max(retryAfterMs, authBackoffMs) };
  }
  if (status < 400) return { kind: 'retry', reason: `${status}: redirects are not followed`, retryAfterMs };
  if (status >= 500 || retryableStatuses.has(status)) return { kind: 'retry', reason, retryAfterMs };
  return { kind: 'refused', status, code, reason };
};

const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown error';
  const cause = error.cause instanceof Error ? error.cause : undefined;
  return `${error.name}: ${error.message}${cause === undefined ? '' : ` (${cause.message})`}`.slice(0, 300);
};

/** Who asks: the API key, or an agent. Each attempt of an agent is signed anew: a timestamped signature is good once. */
const createCredentials = (readApiKey: () => Promise<string>, clock: Clock) => {
  let apiKey: string | undefined;
  let signed = { key: '', atS: 0 };
  const of = async (request: ApiRequest, body: string): Promise<Record<string, string>> => {
    const { signAs } = request;
    if (signAs === undefined) {
      apiKey ??= await readApiKey();
      return { authorization: `Bearer ${apiKey}` };
    }
    const { idempotencyKey = '' } = request;
    const nowS = Math.floor(clock.now().getTime() / 1000);
    // The same request within the same second would be the same signature, which is good once.
    const atS = signed.key === idempotencyKey ? Math.max(nowS, signed.atS + 1) : nowS;
    signed = { key: idempotencyKey, atS };
    const timestamp = String(atS);
    const signature = createHmac('sha256', signAs.secret)
      .update(`${timestamp}.`)
      .update(body)
      .digest('base64');
    return { 'x-agent-id': signAs.id, 'x-agent-timestamp': timestamp, 'x-agent-signature': signature };
  };
  return {
    of,
    forget: (): void => {
      apiKey = undefined;
    },
  };
};

/**
 * HTTP client of the server's API: one deadline for the whole exchange, answers capped, no redirects, connections
 * kept alive by `fetch` itself. Never rejects. `readApiKey` is asked again after a 401 or 403, so that a rotated
 * key file is picked up without a restart.
 */
export const createClient = ({
  baseUrl,
  readApiKey,
  fetch,
  clock,
  uuid,
  userAgent,
}: {
  baseUrl: string;
  readApiKey: () => Promise<string>;
  fetch: typeof globalThis.fetch;
  clock: Clock;
  uuid: () => string;
  userAgent: string;
}): ApiClient => {
  const credentials = createCredentials(readApiKey, clock);
  const base = baseUrl.replace(/\/+$/, '');

  const exchange = async (request: ApiRequest, signal: AbortSignal): Promise<ApiResult> => {
    const text = request.body === undefined ? undefined : JSON.stringify(request.body);
    const response = await fetch(base + request.path, {
      method: request.method,
      redirect: 'manual',
      signal,
      headers: {
        ...(await credentials.of(request, text ?? '')),
        accept: 'application/json, application/problem+json',
        'user-agent': userAgent,
        'x-correlation-id': uuid(),
        ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        ...(request.idempotencyKey === undefined ? {} : { 'idempotency-key': `"${request.idempotencyKey}"` }),
      },
      ...(text === undefined ? {} : { body: text }),
    });
    const answer = await readCapped(response);
    if (answer === null)
      return { kind: 'retry', reason: `answer larger than ${maxAnswerBytes} bytes`, retryAfterMs: 0 };
    const body = parseJson(answer);
    if (response.ok && body === undefined)
      return { kind: 'retry', reason: 'answer is not JSON', retryAfterMs: 0 };
    const retryAfter = response.headers.get('retry-after');
    const result = classifyAnswer({ status: response.status, retryAfter, body }, clock.now().getTime());
    if (result.kind === 'denied' && request.signAs === undefined) credentials.forget();
    return result;
  };

  return async (request) => {
    const deadline = AbortSignal.timeout(request.timeoutMs ?? requestTimeoutMs);
    const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
    try {
      return await exchange(request, signal);
    } catch (error) {
      return { kind: 'retry', reason: causeOf(error), retryAfterMs: 0 };
    }
  };
};
