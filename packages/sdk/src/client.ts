import { ApiError } from './api-error.ts';
import { operations, type Operations } from './operations.generated.ts';
import { withRetries, type RetryOptions } from './retry.ts';

export interface ClientOptions extends RetryOptions {
  /** Such as `https://gpushield.example`. */
  readonly baseUrl: string;
  /** An access token or an API key; a function is asked for each request. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  readonly fetch?: typeof fetch | undefined;
}

type Name = keyof Operations & keyof typeof operations;
type Input<N extends Name> = Operations[N]['input'];
type Item<N extends Name> = Operations[N]['output'] extends { data: readonly (infer T)[] } ? T : never;
/** Operations that answer page by page. */
type ListName = { [N in Name]: Operations[N]['output'] extends { pagination: unknown } ? N : never }[Name];

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  /** One is made for operations that take one, so that a repeated attempt counts once. */
  readonly idempotencyKey?: string;
}

export interface Client {
  /** Calls one operation. Throws `ApiError` for answers that are errors, and what `fetch` throws. */
  call<N extends Name>(name: N, input: Input<N>, options?: CallOptions): Promise<Operations[N]['output']>;
  /** Every item of a list, page by page as they are asked for. */
  items<N extends ListName>(name: N, input: Input<N>, options?: CallOptions): AsyncGenerator<Item<N>, void>;
}

interface LooseInput {
  readonly path?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

const urlOf = (baseUrl: string, template: string, { path = {}, query = {} }: LooseInput): string => {
  const filled = template.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = path[name];
    if (typeof value !== 'string' && typeof value !== 'number') throw new TypeError(`The path needs ${name}`);
    return encodeURIComponent(String(value));
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean')
        search.append(name, String(one));
    }
  }
  const text = search.toString();
  return `${baseUrl.replace(/\/+$/, '')}${filled}${text === '' ? '' : `?${text}`}`;
};

const bodyOf = async (response: Response): Promise<unknown> => {
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

const safeMethods: ReadonlySet<string> = new Set(['GET', 'PUT', 'DELETE']);

/** A client of one server. */
export const createClient = (options: ClientOptions): Client => {
  const send = options.fetch ?? fetch;
  const headersFor = async (keyed: boolean, { headers, idempotencyKey }: CallOptions, hasBody: boolean) => {
    const token = typeof options.token === 'function' ? await options.token() : options.token;
    const key = idempotencyKey ?? (keyed ? crypto.randomUUID() : undefined);
    return {
      accept: 'application/json',
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...headers,
    };
  };

  const call = async (name: Name, input: LooseInput, given: CallOptions = {}): Promise<unknown> => {
    const { method, path, keyed } = operations[name];
    const url = urlOf(options.baseUrl, path, input);
    const body = input.body === undefined ? undefined : JSON.stringify(input.body);
    const headers = await headersFor(keyed, given, body !== undefined);
    const init = { method, headers, body: body ?? null, signal: given.signal ?? null };
    const repeatable = safeMethods.has(method) || keyed || given.idempotencyKey !== undefined;
    const response = await withRetries(() => send(url, init), { repeatable }, options);
    const answered = await bodyOf(response);
    if (!response.ok) throw new ApiError(response.status, answered);
    return answered;
  };

  return {
    call: async (name, input, given) => (await call(name, input, given)) as Operations[typeof name]['output'],
    async *items(name, input, given) {
      const loose: LooseInput = input;
      let cursor: string | null | undefined;
      do {
        const query = { ...loose.query, ...(typeof cursor === 'string' ? { cursor } : {}) };
        const page = (await call(name, { ...loose, query }, given)) as {
          readonly data: readonly Item<typeof name>[];
          readonly pagination: { readonly cursor: string | null };
        };
        yield* page.data;
        ({ cursor } = page.pagination);
      } while (typeof cursor === 'string');
    },
  };
};
