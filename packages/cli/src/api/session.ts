import { TokenResponse } from '@gpushield/contracts';
import { CliError } from '../cli-error.ts';
import type { Credentials, CredentialsStore } from '../credentials/store.ts';
import { exitCodes } from '../exit-codes.ts';
import { checked } from './check.ts';
import { errorFromAnswer } from './problem.ts';
import type { Transport } from './transport.ts';

/** A token this close to its end is renewed first, so that it does not end on the way. */
const renewBeforeMs = 30_000;

/** Where requests get their credential from. */
export interface Session {
  readonly kind: 'api_key' | 'credentials' | 'none';
  token(): Promise<string | undefined>;
  /** After a 401: a new token, or undefined when there is nothing to renew. Throws when the session has ended. */
  renew(rejected: string): Promise<string | undefined>;
}

export interface SessionOptions {
  readonly url: string;
  readonly apiKey: string | undefined;
  readonly store: CredentialsStore;
  readonly transport: Transport;
  readonly now: () => number;
  /** Runs the work while no other process renews the same credentials. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  readonly onRenewed: () => void;
}

/** What an answer of /auth/login or /auth/refresh is kept as. */
export const credentialsFrom = (url: string, body: unknown, nowMs: number): Credentials => {
  const tokens = checked(TokenResponse, body);
  return {
    url,
    access_token: tokens.access_token,
    refresh_token: tokens.refresh_token,
    expires: new Date(nowMs + tokens.expires_in * 1000).toISOString(),
  };
};

const endsSoon = (credentials: Credentials, nowMs: number): boolean => {
  const ends = Date.parse(credentials.expires);
  return Number.isNaN(ends) || ends - nowMs < renewBeforeMs;
};

const ended = (cause: CliError): CliError =>
  new CliError({
    title: 'Your session has ended',
    remediation: 'Sign in again with `gpushield login`.',
    correlationId: cause.fields.correlationId,
    exitCode: exitCodes.notAllowed,
    status: 401,
    cause,
  });

const storedSession = (options: SessionOptions): Session => {
  const { store, transport, url, now } = options;
  const exchange = async (credentials: Credentials): Promise<Credentials> => {
    const answer = await transport({
      method: 'POST',
      path: '/auth/refresh',
      body: { refresh_token: credentials.refresh_token },
    });
    if (answer.status !== 200) {
      const error = errorFromAnswer({ ...answer, signedIn: true });
      throw answer.status === 401 || answer.status === 403 ? ended(error) : error;
    }
    const renewed = credentialsFrom(url, answer.body, now());
    await store.write(renewed);
    options.onRenewed();
    return renewed;
  };
  /** Another process may have renewed while this one waited for its turn: then its tokens serve. */
  const renewUnless = (stillGood: (credentials: Credentials) => boolean): Promise<string | undefined> =>
    options.exclusively(async () => {
      const credentials = await store.read();
      if (credentials?.url !== url) return undefined;
      return (stillGood(credentials) ? credentials : await exchange(credentials)).access_token;
    });

  return {
    kind: 'credentials',
    token: async () => {
      const credentials = await store.read();
      if (credentials?.url !== url) return undefined;
      return endsSoon(credentials, now())
        ? renewUnless((other) => !endsSoon(other, now()))
        : credentials.access_token;
    },
    renew: (rejected) => renewUnless((other) => other.access_token !== rejected),
  };
};

/** An API key goes before stored credentials; those are sent to the server that gave them and to no other. */
export const createSession = async (options: SessionOptions): Promise<Session> => {
  const { apiKey } = options;
  if (apiKey !== undefined)
    return { kind: 'api_key', token: async () => apiKey, renew: async () => undefined };
  const credentials = await options.store.read();
  if (credentials?.url !== options.url)
    return { kind: 'none', token: async () => undefined, renew: async () => undefined };
  return storedSession(options);
};
