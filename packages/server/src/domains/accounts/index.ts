import { uuidPattern } from '@gpushield/contracts';
import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/types.ts';
import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { Route } from '../../platform/http/route.ts';
import type { Argon2Pool, Identity, IsBreached } from '../../platform/identity/index.ts';
import type { Limiter } from '../../platform/limits/limiter.ts';
import type { OnAuthAttempt } from './counted.ts';
import { createDeviceToken } from './device/device-token.ts';
import { deviceRoutes } from './device/routes.ts';
import { createIssueClientToken } from './issue-client-token.ts';
import { createLogIn } from './log-in.ts';
import { createLoginLimiter, defaultLoginLimits, type LoginLimits } from './login-limits.ts';
import { createLoginLockout, defaultLockoutPolicy, type LockoutPolicy } from './login-lockout.ts';
import { createRefresh } from './refresh-session.ts';
import { awsLogin, type AwsLoginDeps } from './routes/aws-login.ts';
import { changePassword } from './routes/change-password.ts';
import { createKey } from './routes/create-key.ts';
import { createUser } from './routes/create-user.ts';
import { getMe } from './routes/get-me.ts';
import { getUser } from './routes/get-user.ts';
import { introspectToken } from './routes/introspect-token.ts';
import { issueClientToken } from './routes/issue-client-token.ts';
import { listKeys } from './routes/list-keys.ts';
import { listMySessions } from './routes/list-my-sessions.ts';
import { listUserSessions } from './routes/list-user-sessions.ts';
import { listUsers } from './routes/list-users.ts';
import { login } from './routes/login.ts';
import { logout } from './routes/logout.ts';
import { refresh } from './routes/refresh.ts';
import { revokeKey } from './routes/revoke-key.ts';
import { revokeMySession } from './routes/revoke-my-session.ts';
import { revokeToken } from './routes/revoke-token.ts';
import { revokeUserSession, revokeUserSessions } from './routes/revoke-user-sessions.ts';
import { rotateKey } from './routes/rotate-key.ts';
import { rotateOwnKey } from './routes/rotate-own-key.ts';
import { serviceAccountRoutes } from './routes/service-accounts.ts';
import { updateUser } from './routes/update-user.ts';
import { createSweeper } from './sweep.ts';
import { findUser, findUserByName } from './user-store.ts';

export { ensureAdmin, type AdminOutcome } from './ensure-admin.ts';
export { ensureServiceKeyFile, type ServiceKeyOutcome } from './ensure-service-key.ts';
export { type LoginLimits } from './login-limits.ts';
export { type LockoutPolicy } from './login-lockout.ts';
export type { OnAuthAttempt } from './counted.ts';

/** A login lasts a week, whether it is used or not; then the password is asked for again. */
export const defaultRefreshTtlMs = 7 * 24 * 3_600_000;

export interface AccountsDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  readonly randomBytes: (size: number) => Buffer;
  readonly argon2: Argon2Pool;
  readonly identity: Pick<Identity, 'accessTokens' | 'clientTokens' | 'authenticator'>;
  readonly limiter: Limiter;
  readonly cursors: CursorCodec;
  /** Where people reach the server; undefined: where the device that asks reached it. */
  readonly publicUrl: string | undefined;
  /** Whether this server speaks TLS itself. */
  readonly tls: boolean;
  readonly outbound: AwsLoginDeps['outbound'];
  readonly awsLogin: AwsLoginDeps['awsLogin'];
  /** API_KEY_TTL_HOURS: how long a key lives when its request does not say. */
  readonly apiKeyTtlHours: number;
  readonly refreshTtlMs?: number;
  readonly loginLimits?: LoginLimits;
  readonly lockout?: LockoutPolicy;
  readonly isBreached?: IsBreached | undefined;
  readonly onAuthAttempt?: OnAuthAttempt;
  readonly onKeyOperation?: (operation: 'create' | 'revoke' | 'rotate') => void;
}

/** What other domains may ask of accounts. */
export interface AccountsPort {
  /** Whether this principal was a user who is disabled now, or gone. */
  isShutOut(principalId: string): Promise<boolean>;
  /** An active user of this name, in whatever case: whom an alert can be assigned to. */
  findActiveUser(username: string): Promise<{ readonly id: string; readonly username: string } | undefined>;
}

export interface AccountsDomain {
  readonly routes: readonly Route[];
  readonly port: AccountsPort;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** People and services: logins, sessions, users and API keys. */
export const createAccountsDomain = (deps: AccountsDeps): AccountsDomain => {
  const { db, clock } = deps;
  const onAuthAttempt: OnAuthAttempt = deps.onAuthAttempt ?? (() => undefined);
  const onKeyOperation = deps.onKeyOperation ?? (() => undefined);
  const refreshTtlMs = deps.refreshTtlMs ?? defaultRefreshTtlMs;
  const limits = createLoginLimiter(deps.limiter, deps.loginLimits ?? defaultLoginLimits);
  const { accessTokens, clientTokens, authenticator } = deps.identity;
  const lockout = createLoginLockout({ db, clock, policy: deps.lockout ?? defaultLockoutPolicy });
  const sessionDeps = { ...deps, accessTokens, limits, lockout, refreshTtlMs, onAuthAttempt };
  const oauthDeps = { ...deps, clientTokens, limits, onAuthAttempt };
  const keyDeps = { ...deps, defaultTtlHours: deps.apiKeyTtlHours, onKeyOperation };
  const sweeper = createSweeper({ db, clock, log: deps.log });

  return {
    routes: [
      login({ logIn: createLogIn(sessionDeps) }),
      refresh({ refreshSession: createRefresh(sessionDeps) }),
      logout({ clock, limits }),
      getMe(),
      changePassword({ ...deps, limits }),
      listMySessions(deps),
      revokeMySession(deps),
      createUser(deps),
      listUsers(deps),
      getUser(),
      updateUser(deps),
      createKey(keyDeps),
      listKeys(deps),
      revokeKey(keyDeps),
      rotateKey(keyDeps),
      rotateOwnKey(keyDeps),
      awsLogin({ ...deps, limits, ttlHours: deps.apiKeyTtlHours }),
      listUserSessions(deps),
      revokeUserSessions(deps),
      revokeUserSession(deps),
      ...serviceAccountRoutes(deps),
      issueClientToken({
        issue: createIssueClientToken(oauthDeps),
        issueToDevice: createDeviceToken(sessionDeps),
      }),
      ...deviceRoutes({ ...deps, limits }),
      introspectToken({ authenticator }),
      revokeToken(oauthDeps),
    ],
    port: {
      isShutOut: async (principalId) =>
        uuidPattern.test(principalId) && (await findUser(db, principalId))?.disabled !== false,
      findActiveUser: async (username) => {
        const user = await findUserByName(db, username);
        return user === undefined || user.disabled ? undefined : { id: user.id, username: user.username };
      },
    },
    start: async () => sweeper.start(),
    stop: () => sweeper.stop(),
  };
};
