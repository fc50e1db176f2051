import { Problem, TokenResponse } from '@gpushield/contracts';
import { Check } from 'typebox/value';
import { CliError } from '../cli-error.ts';
import {
  isKey,
  type Credentials,
  type CredentialsStore,
  type KeyCredentials,
  type SessionCredentials,
} from '../credentials/store.ts';
import { exitCodes } from '../exit-codes.ts';
import { gpushieldTool, type SignInAgain, type Tool } from '../tool.ts';
import { checked } from './check.ts';
import { errorFromAnswer } from './problem.ts';
import type { Answer, Transport } from './transport.ts';

/** Where requests get their credential from. */
export interface Session {
  readonly kind: 'api_key' | 'credentials' | 'none';
  token(): Promise<string | undefined>;
  /** Whether an answer says that the credential is over, so that renewing it is worth a try. */
  hasEnded(answer: Pick<Answer, 'status' | 'body'>): boolean;
  /** After such an answer: a new token, or undefined when there is nothing to renew. Throws when the session is over. */
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
  readonly tool?: Tool | undefined;
  /** How a kept key is got anew. Without it a key is used until it ends. */
  readonly signInAgain?: SignInAgain | undefined;
  /** A renewal ahead of time failed; the key still serves. */
  readonly onNotRenewed?: ((error: CliError) => void) | undefined;
}

/** What an answer of /auth/login or /auth/refresh is kept as. */
export const credentialsFrom = (url: string, body: unknown, nowMs: number): SessionCredentials => {
  const tokens = checked(TokenResponse, body);
  return {
    url,
    access_token: tokens.access_token,
    refresh_token: tokens.refresh_token,
    expires: new Date(nowMs + tokens.expires_in * 1000).toISOString(),
  };
};

/** 401, or the one 403 that is about the credential's age. Any other 403 would be the same with a new credential. */
const saysEnded = ({ status, body }: Pick<Answer, 'status' | 'body'>): boolean =>
  status === 401 || (status === 403 && Check(Problem, body) && body.code === 'api_key_expired');

const tokenOf = (credentials: Credentials): string =>
  isKey(credentials) ? credentials.api_key : credentials.access_token;

/** Within `marginMs` of its end. A session without a readable end is renewed; a key without one does not end. */
const endsWithin = (credentials: Credentials, marginMs: number, nowMs: number): boolean => {
  if (credentials.expires === null) return false;
  const ends = Date.parse(credentials.expires);
  return Number.isNaN(ends) ? !isKey(credentials) : ends - nowMs < marginMs;
};

const ended = (cause: CliError, tool: Tool): CliError =>
  new CliError({
    title: 'Your session has ended',
    remediation: `Sign in again with \`${tool.name} login\`.`,
    correlationId: cause.fields.correlationId,
    exitCode: exitCodes.notAllowed,
    status: 401,
    cause,
  });

const storedSession = (options: SessionOptions): Session => {
  const { store, transport, url, now, tool = gpushieldTool } = options;
  const refresh = async (credentials: SessionCredentials): Promise<Credentials> => {
    const answer = await transport({
      method: 'POST',
      path: '/auth/refresh',
      body: { refresh_token: credentials.refresh_token },
    });
    if (answer.status === 200) return credentialsFrom(url, answer.body, now());
    const error = errorFromAnswer({ ...answer, signedIn: true, tool });
    throw answer.status === 401 || answer.status === 403 ? ended(error, tool) : error;
  };
  const keyAnew = async (credentials: KeyCredentials): Promise<Credentials | undefined> => {
    try {
      return await options.signInAgain?.(credentials);
    } catch (error) {
      // Ahead of its end the key still serves: what failed now may work at the next command.
      if (!(error instanceof CliError) || endsWithin(credentials, 0, now())) throw error;
      options.onNotRenewed?.(error);
      return undefined;
    }
  };
  const exchange = async (credentials: Credentials): Promise<Credentials> => {
    const renewed = isKey(credentials) ? await keyAnew(credentials) : await refresh(credentials);
    if (renewed === undefined) return credentials;
    await store.write(renewed);
    options.onRenewed();
    return renewed;
  };
  /** Another process may have renewed while this one waited for its turn: then its tokens serve. */
  const renewUnless = (stillGood: (credentials: Credentials) => boolean): Promise<string | undefined> =>
    options.exclusively(async () => {
      const credentials = await store.read();
      if (credentials?.url !== url) return undefined;
      return tokenOf(stillGood(credentials) ? credentials : await exchange(credentials));
    });
  const renewable = (credentials: Credentials): boolean =>
    !isKey(credentials) || (credentials.source === 'aws' && options.signInAgain !== undefined);
  const endsSoon = (credentials: Credentials): boolean =>
    renewable(credentials) && endsWithin(credentials, tool.renewBeforeMs, now());

  return {
    kind: 'credentials',
    token: async () => {
      const credentials = await store.read();
      if (credentials?.url !== url) return undefined;
      return endsSoon(credentials) ? renewUnless((other) => !endsSoon(other)) : tokenOf(credentials);
    },
    hasEnded: saysEnded,
    renew: (rejected) => renewUnless((other) => tokenOf(other) !== rejected || !renewable(other)),
  };
};

/** An API key goes before stored credentials; those are sent to the server that gave them and to no other. */
export const createSession = async (options: SessionOptions): Promise<Session> => {
  const { apiKey } = options;
  const nothing = { hasEnded: () => false, renew: async () => undefined };
  if (apiKey !== undefined) return { kind: 'api_key', token: async () => apiKey, ...nothing };
  const credentials = await options.store.read();
  if (credentials?.url !== options.url) return { kind: 'none', token: async () => undefined, ...nothing };
  return storedSession(options);
};
