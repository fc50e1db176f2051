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

const readAll = async (body: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > maxBytes) throw garbled('more than an answer may have');
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
};

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

export const createUpstreamClient = (deps: {
  readonly outbound: Pick<OutboundClient, 'stream'>;
  readonly keys: UpstreamKeys;
}): UpstreamClient => {
  const policyFor = createPolicies();
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
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(rest.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
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
    const body = await readAll(answer.body, maxErrorBytes).catch(() => Buffer.alloc(0));
    throw refusalOf({ status: answer.status, headers: answer.headers, body });
  };
  const whole = async (answer: OutboundStream): Promise<unknown> => {
    try {
      const bytes = await readAll((await accepted(answer)).body, maxAnswerBytes);
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
