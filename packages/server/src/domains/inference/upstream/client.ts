import type { OutboundClient, OutboundStream } from '../../../platform/outbound/index.ts';
import { isObject, parseJsonText, type JsonObject } from '../json.ts';
import type { Upstream } from '../types.ts';
import { failureOf, refusalOf } from './failures.ts';
import { garbled } from './lines.ts';

/** Bytes of a whole answer: a thousand embeddings of some thousand numbers each. */
const maxAnswerBytes = 64 * 1024 * 1024;
const maxErrorBytes = 64 * 1024;

/** The key of an upstream, as it is now; undefined where it has none. */
export type UpstreamKeys = (upstream: Upstream) => Promise<string | undefined>;

/** Speaks HTTP and JSON with upstreams. Rejects with `AppError`; the cause is for the log. */
export interface UpstreamClient {
  get(upstream: Upstream, path: string, timeoutMs: number): Promise<unknown>;
  post(upstream: Upstream, path: string, body: JsonObject, signal: AbortSignal): Promise<unknown>;
  stream(upstream: Upstream, path: string, body: JsonObject, signal: AbortSignal): Promise<OutboundStream>;
}

const policyOf = (upstream: Upstream) => ({
  name: 'inference',
  allowHttp: true,
  allowPrivate: upstream.allowPrivate,
  ports: [Number(URL.parse(upstream.url)?.port) || (upstream.url.startsWith('https:') ? 443 : 80)],
});

/** The policy of an upstream, made once. */
const createPolicies = (): ((upstream: Upstream) => ReturnType<typeof policyOf>) => {
  const policies = new Map<string, ReturnType<typeof policyOf>>();
  return (upstream) => {
    const known = policies.get(upstream.name);
    if (known !== undefined) return known;
    const made = policyOf(upstream);
    policies.set(upstream.name, made);
    return made;
  };
};

const bearerOf = (key: string | undefined): Readonly<Record<string, string>> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };

/** The headers of an upstream's posts while it has this key; one object for all its requests, so that they are checked once. */
const createHeaders = (): ((
  upstream: Upstream,
  key: string | undefined,
) => Readonly<Record<string, string>>) => {
  const made = new Map<
    string,
    { readonly key: string | undefined; readonly headers: Readonly<Record<string, string>> }
  >();
  return ({ name }, key) => {
    const known = made.get(name);
    if (known !== undefined && known.key === key) return known.headers;
    const headers = Object.freeze({ ...bearerOf(key), 'content-type': 'application/json' });
    made.set(name, { key, headers });
    return headers;
  };
};

export const createUpstreamClient = (deps: {
  readonly outbound: Pick<OutboundClient, 'stream'>;
  readonly keys: UpstreamKeys;
}): UpstreamClient => {
  const [policyFor, headersFor] = [createPolicies(), createHeaders()];
  const send = async (
    upstream: Upstream,
    path: string,
    rest: { readonly body?: JsonObject; readonly signal?: AbortSignal; readonly timeoutMs: number },
  ): Promise<OutboundStream> => {
    try {
      const key = await deps.keys(upstream);
      return await deps.outbound.stream(policyFor(upstream), {
        method: rest.body === undefined ? 'GET' : 'POST',
        url: `${upstream.url}${path}`,
        headers: rest.body === undefined ? bearerOf(key) : headersFor(upstream, key),
        ...(rest.body === undefined ? {} : { body: JSON.stringify(rest.body) }),
        timeoutMs: rest.timeoutMs,
        // A model changes nothing by answering, and the call is settled once, whoever answered.
        repeatable: true,
        ...(rest.signal === undefined ? {} : { signal: rest.signal }),
      });
    } catch (error) {
      throw failureOf(error);
    }
  };
  const accepted = async (answer: OutboundStream): Promise<OutboundStream> => {
    if (answer.status >= 200 && answer.status < 300) return answer;
    const body = await answer.body.whole(maxErrorBytes).catch(() => undefined);
    throw refusalOf({ status: answer.status, headers: answer.headers, body: body ?? Buffer.alloc(0) });
  };
  const whole = async (answer: OutboundStream): Promise<unknown> => {
    try {
      const bytes = await (await accepted(answer)).body.whole(maxAnswerBytes);
      if (bytes === undefined) throw garbled('more than an answer may have');
      const parsed = parseJsonText(bytes.toString('utf8'));
      if (!isObject(parsed)) throw garbled('something that is no JSON');
      return parsed;
    } catch (error) {
      throw failureOf(error);
    }
  };

  return {
    get: async (upstream, path, timeoutMs) => whole(await send(upstream, path, { timeoutMs })),
    post: async (upstream, path, body, signal) =>
      whole(await send(upstream, path, { body, signal, timeoutMs: upstream.timeoutMs })),
    stream: async (upstream, path, body, signal) =>
      accepted(await send(upstream, path, { body, signal, timeoutMs: upstream.timeoutMs })),
  };
};
