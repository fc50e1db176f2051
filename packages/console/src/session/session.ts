import { ApiError, createClient, type Client } from '@gpushield/sdk';
import { needsRenewal, parseTokens, tokensOf, type Tokens } from './tokens.ts';

/** Who is signed in, in this tab. Tokens are kept in the tab's session storage: they go with the tab. */
export interface Session {
  readonly client: Client;
  isSignedIn(): boolean;
  signIn(username: string, password: string): Promise<void>;
  signOut(): Promise<void>;
  /** An access token that is good for a minute at least; renews where it must. */
  token(): Promise<string>;
  /** Calls back after each sign-in and sign-out; answers the way to stop that. */
  onChange(listener: () => void): () => void;
}

export interface SessionDeps {
  readonly baseUrl: string;
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly fetch: typeof fetch;
  readonly now: () => number;
}

const storageKey = 'gpushield.session';

/** Keeps the tokens, and tells who listens. */
const createKeeper = (storage: SessionDeps['storage']) => {
  let tokens = parseTokens(storage.getItem(storageKey));
  const listeners = new Set<() => void>();
  return {
    listeners,
    get: () => tokens,
    set: (next: Tokens | undefined): void => {
      const changed = (next === undefined) !== (tokens === undefined);
      tokens = next;
      if (next === undefined) storage.removeItem(storageKey);
      else storage.setItem(storageKey, JSON.stringify(next));
      if (changed) for (const listener of listeners) listener();
    },
  };
};

export const createSession = (deps: SessionDeps): Session => {
  const { baseUrl, now } = deps;
  const keeper = createKeeper(deps.storage);
  const anonymous = createClient({ baseUrl, fetch: deps.fetch, retries: 1 });
  let renewing: Promise<Tokens> | undefined;

  const renew = async (refresh: string): Promise<Tokens> => {
    try {
      const next = tokensOf(await anonymous.call('refresh', { body: { refresh_token: refresh } }), now());
      keeper.set(next);
      return next;
    } catch (error) {
      // Only the server's word ends a session; a network that is away does not.
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) keeper.set(undefined);
      throw error;
    }
  };

  const token = async (): Promise<string> => {
    const tokens = keeper.get();
    if (tokens === undefined) throw new Error('Not signed in');
    if (!needsRenewal(tokens, now())) return tokens.access;
    // A refresh token works once: requests at the same time share one renewal.
    renewing ??= renew(tokens.refresh).finally(() => {
      renewing = undefined;
    });
    return (await renewing).access;
  };

  const watched: typeof fetch = async (input, init) => {
    const answer = await deps.fetch(input, init);
    if (answer.status === 401) keeper.set(undefined);
    return answer;
  };

  return {
    client: createClient({ baseUrl, token, fetch: watched, retries: 1 }),
    isSignedIn: () => keeper.get() !== undefined,
    token,
    signIn: async (username, password) => {
      keeper.set(tokensOf(await anonymous.call('login', { body: { username, password } }), now()));
    },
    signOut: async () => {
      const tokens = keeper.get();
      keeper.set(undefined);
      if (tokens === undefined) return;
      // The session ends here whatever the server says; there it would end by itself.
      await anonymous.call('logout', { body: { refresh_token: tokens.refresh } }).catch(() => undefined);
    },
    onChange: (listener) => {
      keeper.listeners.add(listener);
      return () => keeper.listeners.delete(listener);
    },
  };
};
