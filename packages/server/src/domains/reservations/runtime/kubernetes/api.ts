import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, Method } from './connection.ts';
import { isJson, listIn, objectIn, textIn, type Json } from './read.ts';

/** An answer that is no success. The message is the server's, cut and without control characters. */
export class KubeError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterMs?: number) {
    super(`Kubernetes answered ${status}${reason === '' ? '' : ` ${reason}`}: ${message}`);
    this.name = 'KubeError';
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

export const isStatus = (error: unknown, ...statuses: readonly number[]): boolean =>
  error instanceof KubeError && statuses.includes(error.status);

/** Rules of the cluster that the same object will never pass: Pod Security, classes, ranges of limits, what quotas ask to be given. */
const lastingRules =
  /violates PodSecurity|RuntimeClass| usage per |limit to request ratio per |failed quota: .*must specify/;

/** Whether the same request would be refused the same way again. A quota that is used up is no such thing. */
export const isRefusedForGood = (error: unknown): error is KubeError =>
  error instanceof KubeError &&
  (error.status === 422 ||
    error.status === 400 ||
    (error.status === 403 && lastingRules.test(error.message)));

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface KubeApi {
  /** Each of these is tried again where that may help, within a deadline; they may all be done twice. */
  get(path: string, query?: Query): Promise<Json>;
  /** All pages of a list: the objects, and the version at which they were so. */
  list(path: string, query?: Query): Promise<{ readonly items: readonly Json[]; readonly version: string }>;
  /** Answers the new object, or undefined where one of this name is there already. */
  create(path: string, body: unknown): Promise<Json | undefined>;
  replace(path: string, body: unknown): Promise<Json>;
  /** Answers false where there was nothing. */
  remove(path: string, options?: Readonly<Record<string, unknown>>, query?: Query): Promise<boolean>;
  /** The last bytes of a text. */
  tail(path: string, query: Query, tailBytes: number): Promise<string>;
  /** Lines of an answer that goes on, until the signal or the server ends it. Rejects as `get` does. */
  follow(
    path: string,
    query: Query,
    options: { readonly signal: AbortSignal; readonly quietMs: number; readonly onOpen: () => void },
    onLine: (line: Json) => void,
  ): Promise<void>;
}

const attemptMs = 10_000;
const maxAttempts = 4;
const deadlineMs = 20_000;
const maxAnswerBytes = 64 * 1024 * 1024;
const maxLineBytes = 4 * 1024 * 1024;
const maxTextBytes = 32 * 1024 * 1024;
const pageSize = 500;
const maxPages = 2_000;
const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

export const withQuery = (path: string, query: Query = {}): string => {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
};

const readAll = async (answer: IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      answer.destroy();
      throw new Error('Kubernetes answered more than is read');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const parse = (text: string): Json => {
  const value: unknown = JSON.parse(text);
  if (!isJson(value)) throw new Error('Kubernetes answered with what is no object');
  return value;
};

/** `Retry-After` in seconds, as API servers send it. */
const retryAfter = (answer: IncomingMessage): number | undefined => {
  const seconds = Number(answer.headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
};

const errorOf = async (answer: IncomingMessage): Promise<KubeError> => {
  const status = answer.statusCode ?? 0;
  let reason = '';
  let message = 'no explanation';
  try {
    const body = parse((await readAll(answer, maxLineBytes)).toString('utf8'));
    reason = textIn(body, 'reason');
    message = textIn(body, 'message') || message;
  } catch {
    // What a proxy or a broken server says instead is of no use.
  }
  return new KubeError(status, reason, message, retryAfter(answer));
};

const isSuccess = ({ statusCode = 0 }: IncomingMessage): boolean => statusCode >= 200 && statusCode < 300;

/** Whether another attempt may bring what this one did not: answers that say so, and connections that broke. */
const mayPass = (error: unknown): boolean => !(error instanceof KubeError) || passing.has(error.status);

const pauseOf = (error: unknown, attempt: number): number => {
  const asked = error instanceof KubeError ? error.retryAfterMs : undefined;
  return asked ?? 100 * 2 ** attempt * (0.5 + Math.random());
};

/** Tries until it works, its error is a final one, or the time is over. */
const persist = async <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const endMs = Date.now() + deadlineMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work(AbortSignal.timeout(Math.max(1, Math.min(attemptMs, endMs - Date.now()))));
    } catch (error) {
      const pauseMs = pauseOf(error, attempt);
      if (!mayPass(error) || attempt + 1 >= maxAttempts || Date.now() + pauseMs >= endMs) throw error;
      await sleep(pauseMs);
    }
  }
};

/** Walks the lines of an answer; more than a line may have ends it. */
const readLines = async (
  answer: IncomingMessage,
  onChunk: () => void,
  onLine: (line: Json) => void,
): Promise<void> => {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    onChunk();
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      const line = rest.subarray(0, end).toString('utf8').trim();
      rest = rest.subarray(end + 1);
      if (line !== '') onLine(parse(line));
    }
    if (rest.length > maxLineBytes) throw new Error('Kubernetes sent a line that has no end');
  }
};

const tailOf = async (answer: IncomingMessage, tailBytes: number): Promise<string> => {
  let kept: Buffer = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    kept = Buffer.concat([kept, chunk]).subarray(-tailBytes);
    if (bytes > maxTextBytes) break;
  }
  return kept.toString('utf8');
};

type Once = (method: Method, path: string, body: unknown, signal: AbortSignal) => Promise<IncomingMessage>;

const followWith =
  (once: Once): KubeApi['follow'] =>
  async (path, query, { signal, quietMs, onOpen }, onLine) => {
    const quiet = new AbortController();
    const timer = setTimeout(() => quiet.abort(new Error('Kubernetes said nothing for too long')), quietMs);
    const either = AbortSignal.any([signal, quiet.signal]);
    try {
      const answer = await once('GET', withQuery(path, query), undefined, either);
      onOpen();
      await readLines(answer, () => timer.refresh(), onLine);
    } finally {
      clearTimeout(timer);
    }
  };

/** The API of one cluster. Every call has a deadline, and answers of any size or kind are read within bounds. */
export const createKubeApi = (connection: Connection): KubeApi => {
  const once: Once = async (method, path, body, signal) => {
    const answer = await connection.send({ method, path, body, signal });
    if (isSuccess(answer)) return answer;
    throw await errorOf(answer);
  };
  const ask = (method: Method, path: string, body?: unknown): Promise<Json> =>
    persist(async (signal) => {
      const answer = await once(method, path, body, signal);
      return parse((await readAll(answer, maxAnswerBytes)).toString('utf8'));
    });

  return {
    get: (path, query) => ask('GET', withQuery(path, query)),
    list: async (path, query) => {
      const items: Json[] = [];
      let next: string | undefined;
      for (let page = 0; page < maxPages; page += 1) {
        const answer = await ask('GET', withQuery(path, { ...query, limit: pageSize, continue: next }));
        for (const item of listIn(answer, 'items')) items.push(item);
        const metadata = objectIn(answer, 'metadata');
        next = textIn(metadata, 'continue');
        if (next === '') return { items, version: textIn(metadata, 'resourceVersion') };
      }
      throw new Error('Kubernetes answered a list that has no end');
    },
    create: async (path, body) => {
      try {
        return await ask('POST', path, body);
      } catch (error) {
        if (error instanceof KubeError && error.status === 409 && error.reason === 'AlreadyExists')
          return undefined;
        throw error;
      }
    },
    replace: (path, body) => ask('PUT', path, body),
    remove: async (path, options, query) => {
      try {
        await ask('DELETE', withQuery(path, query), options ?? {});
        return true;
      } catch (error) {
        if (isStatus(error, 404)) return false;
        throw error;
      }
    },
    tail: (path, query, tailBytes) =>
      persist(async (signal) =>
        tailOf(await once('GET', withQuery(path, query), undefined, signal), tailBytes),
      ),
    follow: followWith(once),
  };
};
