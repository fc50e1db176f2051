/** Accounts behind the real pipeline, for this domain's tests: one replica over a test database. */
import { createHash, createSecretKey, randomBytes, randomUUIDv7 } from 'node:crypto';
import { pino } from 'pino';
import type { CreatedApiKey, Role, TokenResponse } from '@gpushield/contracts';
import { systemClock, type Clock } from '../../../platform/clock.ts';
import { openDatabase, silentLog, type Database } from '../../../platform/database/index.ts';
import { createAdmission } from '../../../platform/http/admission.ts';
import { createCursorCodec } from '../../../platform/http/cursor.ts';
import { defaultGateLimits } from '../../../platform/http/gate.ts';
import type { Route } from '../../../platform/http/route.ts';
import { createHttpServer, type HttpServer, type TlsOptions } from '../../../platform/http/server.ts';
import { createValidatorFactory } from '../../../platform/http/validation.ts';
import { createRecordedAnswers } from '../../../platform/idempotency/index.ts';
import {
  createArgon2Pool,
  createIdentity,
  type Argon2Parameters,
  type IdentityOptions,
  type IsBreached,
} from '../../../platform/identity/index.ts';
import { createMemoryLimiter } from '../../../platform/limits/limiter.ts';
import { recordedAudit } from '../../../testing/http-harness.ts';
import { createAccountsDomain } from '../index.ts';
import type { LoginLimits } from '../login-limits.ts';
import type { LockoutPolicy } from '../login-lockout.ts';
import { insertUser } from '../user-store.ts';

/** Cheap, so that tests are about something else. */
export const cheapArgon2: Argon2Parameters = { timeCost: 1, memoryCostKib: 64, parallelism: 1 };
export const goodPassword = 'plum-kettle-orbit-42';

const unlimited = { quota: 100_000, windowSeconds: 1 };
const noLimits: LoginLimits = {
  perAddress: { name: 'a', ...unlimited },
  perUserAndAddress: { name: 'b', ...unlimited },
  refreshPerAddress: { name: 'c', ...unlimited },
};

export interface ReplicaOptions {
  readonly connectionString: string;
  readonly clock?: Clock;
  readonly loginLimits?: LoginLimits;
  readonly argon2?: Argon2Parameters;
  readonly maxWaitingHashes?: number;
  readonly agents?: IdentityOptions['agents'];
  readonly lockout?: LockoutPolicy;
  readonly isBreached?: IsBreached;
  /** Beside those of the domain. */
  readonly routes?: readonly Route[];
  readonly tls?: TlsOptions;
}

export interface CallOptions {
  readonly token?: string | undefined;
  readonly body?: object;
  /** Sent as a form, as OAuth2 does. */
  readonly form?: Readonly<Record<string, string>> | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly address?: string;
}

// Replicas of one deployment share it.
const clientSigningKey = createSecretKey(createHash('sha256').update('a key for client tokens').digest());
const signingKey = createSecretKey(createHash('sha256').update('a signing key for tests').digest());

const seedUser = async (
  parts: { readonly db: Database; readonly argon2: ReturnType<typeof createArgon2Pool> },
  username: string,
  roles: readonly Role[],
): Promise<string> => {
  const id = randomUUIDv7();
  const passwordHash = await parts.argon2.hash(goodPassword);
  await insertUser(parts.db, { id, username, email: null, passwordHash, roles, at: new Date() });
  return id;
};

const createReplicaServer = (parts: {
  readonly db: Database;
  readonly clock: Clock;
  readonly identity: ReturnType<typeof createIdentity>;
  readonly routes: readonly Route[];
  readonly tls: TlsOptions | undefined;
  readonly audit: ReturnType<typeof recordedAudit>;
}) =>
  createHttpServer({
    routes: parts.routes,
    tls: parts.tls,
    db: parts.db,
    audit: parts.audit,
    authenticator: parts.identity.authenticator,
    limiter: createMemoryLimiter(parts.clock),
    limits: defaultGateLimits,
    admission: createAdmission(),
    recordedAnswers: createRecordedAnswers({ db: parts.db, newId: () => randomUUIDv7() }),
    validators: createValidatorFactory(),
    log: pino({ level: 'silent' }),
    clock: parts.clock,
    newId: () => randomUUIDv7(),
    version: '0.0.0-test',
    corsOrigins: [],
    trustedProxies: [],
    onAuthAttempt: () => undefined,
    onRequest: () => undefined,
    onError: () => undefined,
  });

/** What a client does, as tests say it. */
const clientOf = (server: HttpServer) => {
  const call = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    options: CallOptions = {},
  ) => {
    const { token, body, form, headers, address } = options;
    const formType = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await server.app.inject({
      method,
      url,
      remoteAddress: address ?? '127.0.0.1',
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(form === undefined ? {} : formType),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body }),
      ...(form === undefined
        ? {}
        : { payload: typeof form === 'string' ? form : new URLSearchParams(form).toString() }),
    });
    const text = answer.body;
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>,
    };
  };
  const logIn = async (username: string, password = goodPassword): Promise<TokenResponse> => {
    const { status, body } = await call('POST', '/auth/login', { body: { username, password } });
    if (status !== 200) throw new Error(`The login answered ${status} ${JSON.stringify(body)}`);
    return body as unknown as TokenResponse;
  };
  const makeKey = async (token: string, body: object = {}): Promise<CreatedApiKey> => {
    const { status, body: key } = await call('POST', '/api/v1/keys', { token, body });
    if (status !== 201) throw new Error(`Making a key answered ${status} ${JSON.stringify(key)}`);
    return key as unknown as CreatedApiKey;
  };
  return { call, logIn, makeKey };
};

/** A replica with a pool and caches of its own. */
export const createReplica = async (options: ReplicaOptions) => {
  const clock = options.clock ?? systemClock();
  const db = await openDatabase({ connectionString: options.connectionString, log: silentLog });
  const common = { db, clock, log: pino({ level: 'silent' }), newId: () => randomUUIDv7() };
  const identity = createIdentity({ ...common, signingKey, clientSigningKey, agents: options.agents });
  const argon2 = createArgon2Pool({
    parameters: options.argon2 ?? cheapArgon2,
    clock,
    ...(options.maxWaitingHashes === undefined ? {} : { maxWaiting: options.maxWaitingHashes }),
  });
  const operations: string[] = [];
  const accounts = createAccountsDomain({
    publicUrl: undefined,
    tls: false,
    outbound: { request: () => Promise.reject(new Error('Nothing leaves this replica')) },
    awsLogin: {
      raw: false,
      regions: ['us-east-1'],
      audience: 'gpushield',
      stsEndpoint: undefined,
      allowedRole: { partition: 'aws', accountId: undefined, roleName: 'none' },
    },
    ...common,
    argon2,
    randomBytes,
    identity,
    limiter: createMemoryLimiter(clock),
    cursors: createCursorCodec(signingKey),
    apiKeyTtlHours: 2,
    loginLimits: options.loginLimits ?? noLimits,
    ...(options.lockout === undefined ? {} : { lockout: options.lockout }),
    isBreached: options.isBreached,
    onAuthAttempt: (method, outcome) => operations.push(`${method} ${outcome}`),
    onKeyOperation: (operation) => operations.push(operation),
  });
  const audit = recordedAudit();
  const routes = [...accounts.routes, ...(options.routes ?? [])];
  const server = await createReplicaServer({ db, clock, identity, routes, audit, tls: options.tls });
  await identity.start();

  return {
    db,
    identity,
    accounts,
    server,
    argon2,
    audit,
    operations,
    ...clientOf(server),
    addUser: (username: string, roles: readonly Role[]) => seedUser({ db, argon2 }, username, roles),
    close: async () => {
      await server.drain(1000);
      await identity.stop();
      await argon2.close();
      await db.close();
    },
  };
};
export type Replica = Awaited<ReturnType<typeof createReplica>>;

/** A clock that tests move; the monotonic one moves with it. */
export const movableClock = (): Clock & { advance(ms: number): void } => {
  let offsetMs = 0;
  return {
    nowMs: () => Date.now() + offsetMs,
    monotonicMs: () => performance.now() + offsetMs,
    advance: (ms) => void (offsetMs += ms),
  };
};
