import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { errorFromFailure } from './problem.ts';
import type { Tool } from '../tool.ts';
import { maxAttempts, parseRetryAfterMs, retryDelayMs } from './retry.ts';

/** One request, its answer included, takes no longer. */
const deadlineMs = 30_000;
/** A page of 500 alerts with their evidence stays far below this. */
const maxAnswerBytes = 64 * 1024 * 1024;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface TransportRequest {
  readonly method: Method;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>;
  readonly body?: unknown;
  /** A form in place of a JSON body, for OAuth2. */
  readonly form?: Readonly<Record<string, string>>;
  readonly token?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly correlationId: string | null;
}

export type Transport = (request: TransportRequest) => Promise<Answer>;

export interface TransportOptions {
  readonly url: string;
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly userAgent: string;
  readonly onRetry: (waitMs: number, status: number) => void;
  /** Whose words errors use; gpushield's when absent. */
  readonly tool?: Tool;
}

const target = (base: string, request: TransportRequest): URL => {
  const url = new URL(`${base}${request.path}`);
  for (const [name, value] of Object.entries(request.query ?? {})) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) url.searchParams.append(name, String(one));
  }
  return url;
};

const readBounded = async (response: Response): Promise<string> => {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // The DOM's type of this stream leaves its chunks untyped.
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    bytes += chunk.byteLength;
    if (bytes > maxAnswerBytes)
      throw new CliError({ title: 'The answer is too large', remediation: 'Ask for less with --limit.' });
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
};

const parseBody = (text: string): unknown => {
  try {
    return text === '' ? null : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
};

const headersOf = (request: TransportRequest, userAgent: string): Record<string, string> => ({
  accept: 'application/json, application/problem+json',
  'user-agent': userAgent,
  ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
  ...(request.form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
  ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
  ...(request.idempotencyKey === undefined ? {} : { 'idempotency-key': `"${request.idempotencyKey}"` }),
});

/** Sends requests to one server: with a deadline, without redirects (they would carry the credential elsewhere). */
export const createTransport = (options: TransportOptions): Transport => {
  const once = async (request: TransportRequest): Promise<{ response: Response; text: string }> => {
    const url = target(options.url, request);
    try {
      const response = await options.fetch(url, {
        method: request.method,
        headers: headersOf(request, options.userAgent),
        redirect: 'error',
        signal: AbortSignal.timeout(deadlineMs),
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        ...(request.form === undefined ? {} : { body: new URLSearchParams(request.form).toString() }),
      });
      return { response, text: await readBounded(response) };
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw errorFromFailure(error, options.url, deadlineMs, options.tool);
    }
  };

  return async (request) => {
    // A POST without a key might be done twice; the other methods mean the same the second time.
    const repeatable = request.method !== 'POST' || request.idempotencyKey !== undefined;
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const { response, text } = await once(request);
      const retryAfterMs = parseRetryAfterMs(response.headers.get('retry-after'), options.now());
      const waitMs = retryDelayMs({ status: response.status, retryAfterMs, attempt, repeatable });
      if (waitMs === undefined) {
        return {
          status: response.status,
          body: parseBody(text),
          correlationId: response.headers.get('x-correlation-id'),
        };
      }
      options.onRetry(waitMs, response.status);
      await options.sleep(waitMs);
    }
    throw new CliError({ title: 'The server keeps refusing', exitCode: exitCodes.unavailable });
  };
};
