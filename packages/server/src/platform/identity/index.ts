import type { KeyObject } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Database, Subscription } from '../database/types.ts';
import { createAccessTokens, type AccessTokens } from './access-token.ts';
import { batched } from '../batched.ts';
import { findAgent } from './agent-store.ts';
import { createAgentVerifier, type AgentCredentials, type AgentVerifierOptions } from './agent-verifier.ts';
import { createAuthenticator, type InspectingAuthenticator } from './authenticator.ts';
import { findCertificate, findTokenById } from './client-store.ts';
import { watchCredentialChanges, type CredentialChange } from './credential-changes.ts';
import { findKeysByHash, findSessionById, type CredentialState } from './credential-store.ts';
import { createCredentialCache, type CredentialCache } from './key-cache.ts';
import { createLastUsed } from './last-used.ts';
import { createScopedTokens, type ScopedTokens } from './scoped-token.ts';
import type { Sealer } from '../secrets/seal-types.ts';

export { accessTokenTtlSeconds, type AccessTokens } from './access-token.ts';
export { endAgentSecrets, putAgentSecret, sealedAgentSecrets, type NewAgentSecret } from './agent-store.ts';
export { defaultAgentScopes, type AgentVerifier } from './agent-verifier.ts';
export { createArgon2Pool, type Argon2Pool, type Argon2PoolOptions } from './argon2-pool.ts';
export { type Argon2Parameters } from './argon2-parameters.ts';
export { anonymousAuthenticator, type InspectingAuthenticator } from './authenticator.ts';
export { openBreachedPasswords, type BreachedPasswords } from './breached-passwords.ts';
export { toScopes } from './credential-store.ts';
export { covers, scopesOfKey, scopesOfRoles, toRoles } from './effective-scopes.ts';
export { addressIsIn, networkCovers, parseNetwork, toNetworks } from './networks.ts';
export { hashBytesOf, hashOpaqueSecret, keyPrefixLength, makeOpaqueSecret } from './opaque-secret.ts';
export { checkPassword, type IsBreached } from './password-rules.ts';
export type { Authenticator, CredentialSource, Principal, TokenGrant } from './principal.ts';
export { scopedTokenTtlSeconds, type ScopedTokens, type TokenParent } from './scoped-token.ts';

/** 50,000 keys in use at once, with room; about 700 bytes each. */
const maxCachedKeys = 65_536;
/** Sessions, client tokens, certificates and agents in use at once. */
const maxCachedOthers = 20_000;

/** HMAC agents: those of the configuration, and those that the platform keeps. */
export interface AgentOptions extends Omit<AgentVerifierOptions, 'clock' | 'find'> {
  /** Opens the secrets of agents that are kept in the database; without it only the configured ones are known. */
  readonly sealer?: Sealer | undefined;
}

export interface IdentityOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  /** At least 32 bytes, derived from SECRET_KEY for access tokens alone. */
  readonly signingKey: KeyObject | Buffer;
  /** At least 32 bytes, derived from OAUTH2_SECRET_KEY for the tokens of OAuth2 clients alone. */
  readonly clientSigningKey: KeyObject | Buffer;
  /** At least 32 bytes, derived from SECRET_KEY for scoped tokens alone; absent: there are none. */
  readonly scopedSigningKey?: KeyObject | undefined;
  /** See `ScopedTokenOptions`. */
  readonly scopedIssuedSinceMs?: number | undefined;
  /** REQUIRE_AUTH=false. */
  readonly anonymousAllowed?: boolean | undefined;
  /** Absent: agents' signatures are not taken. */
  readonly agents?: AgentOptions | undefined;
}

export interface Identity {
  readonly authenticator: InspectingAuthenticator;
  readonly accessTokens: AccessTokens;
  /** Tokens of OAuth2 clients. */
  readonly clientTokens: AccessTokens;
  /** Tokens of a minute for one model; undefined without a key for them. */
  readonly scopedTokens: ScopedTokens | undefined;
  /** Listens for revocations: until it resolves, and whenever the listener is away, every check reads the database. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Told of users whose name, roles, password or being enabled changed on any replica; not of what came while nobody listened. */
  onUserChange(listener: (userId: string) => void): void;
  stats(): { readonly cachedKeys: number; readonly cachedSessions: number };
}

interface Caches {
  readonly keys: CredentialCache<CredentialState>;
  readonly sessions: CredentialCache<CredentialState>;
  readonly tokens: CredentialCache<CredentialState>;
  readonly certificates: CredentialCache<CredentialState>;
  readonly agents: CredentialCache<AgentCredentials>;
}

const createCaches = ({ db, clock, log, agents }: IdentityOptions): Caches => {
  const others = { capacity: maxCachedOthers, clock };
  const sealer = agents?.sealer;
  return {
    keys: createCredentialCache({
      capacity: maxCachedKeys,
      clock,
      // Many keys are new at the same moment after a start; their lookups share statements.
      load: batched({ run: (hashes) => findKeysByHash(db, hashes), batchMax: 200, parallel: 2 }),
    }),
    sessions: createCredentialCache({ ...others, load: (id) => findSessionById(db, id) }),
    tokens: createCredentialCache({ ...others, load: (id) => findTokenById(db, id) }),
    certificates: createCredentialCache({ ...others, load: (key) => findCertificate(db, key) }),
    agents: createCredentialCache({
      ...others,
      load: async (id) => {
        if (sealer === undefined) return undefined;
        try {
          return await findAgent(db, sealer, id, new Date(clock.nowMs()));
        } catch (err) {
          log.error({ err, agent_id: id }, "an agent's secret could not be read");
          throw err;
        }
      },
    }),
  };
};

const forget = (caches: Caches, { kind, id }: CredentialChange): void => {
  if (kind === 'key') caches.keys.drop(id);
  else if (kind === 'session') caches.sessions.drop(id);
  else if (kind === 'token') caches.tokens.drop(id);
  else if (kind === 'agent') caches.agents.drop(id);
  else if (kind === 'certificate') caches.certificates.dropAll();
  else
    for (const cache of [caches.keys, caches.sessions, caches.tokens, caches.certificates])
      cache.dropUser(id);
};

const agentVerifier = ({ agents: options, clock }: IdentityOptions, agents: Caches['agents']) =>
  options === undefined
    ? undefined
    : createAgentVerifier({
        ...options,
        clock,
        find: async (id) => agents.peek(id) ?? (await agents.fetch(id)),
      });

/** Who wants to hear of users that changed. */
const createUserNews = () => {
  const listeners: ((userId: string) => void)[] = [];
  return {
    listen: (listener: (userId: string) => void): void => {
      listeners.push(listener);
    },
    tell: ({ kind, id }: CredentialChange): void => {
      if (kind === 'user') for (const listener of listeners) listener(id);
    },
  };
};

/** Everything that turns a credential into a principal, over one database. */
export const createIdentity = (options: IdentityOptions): Identity => {
  const { db, clock, log, newId } = options;
  const caches = createCaches(options);
  const { keys, sessions, tokens, certificates, agents } = caches;
  const all = [keys, sessions, tokens, certificates, agents];
  const lastUsed = createLastUsed({ db, clock, log });
  const accessTokens = createAccessTokens(options);
  const clientTokens = createAccessTokens({
    clock,
    newId,
    signingKey: options.clientSigningKey,
    keyId: 'oauth2',
  });
  const { scopedSigningKey: scopedKey, scopedIssuedSinceMs: issuedSinceMs } = options;
  const scopedTokens =
    scopedKey === undefined ? undefined : createScopedTokens({ signingKey: scopedKey, clock, issuedSinceMs });
  const authenticator = createAuthenticator({
    scoped: scopedTokens,
    anonymousAllowed: options.anonymousAllowed === true,
    clock,
    keys,
    sessions,
    accessTokens,
    clients: { tokens: clientTokens, states: tokens },
    certificates,
    agents: agentVerifier(options, agents),
    onKeyUsed: (keyId) => lastUsed.note(keyId),
  });
  let subscription: Subscription | undefined;
  const users = createUserNews();

  return {
    authenticator,
    accessTokens,
    clientTokens,
    scopedTokens,
    start: async () => {
      lastUsed.start();
      subscription ??= await watchCredentialChanges(db, {
        onChange: (change) => {
          forget(caches, change);
          users.tell(change);
        },
        onDoubt: (trusted) => {
          for (const cache of all) cache.reset(trusted);
        },
      });
    },
    stop: async () => {
      await subscription?.close();
      subscription = undefined;
      for (const cache of all) cache.reset(false);
      await lastUsed.stop();
    },
    onUserChange: users.listen,
    stats: () => ({ cachedKeys: keys.size(), cachedSessions: sessions.size() }),
  };
};
