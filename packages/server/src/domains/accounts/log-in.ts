import type { TokenResponse } from '@gpushield/contracts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { RequestContext } from '../../platform/http/route.ts';
import type { Argon2Pool } from '../../platform/identity/index.ts';
import { counted, type OnAuthAttempt } from './counted.ts';
import type { LoginLimiter } from './login-limits.ts';
import type { LoginAttempt, LoginLockout } from './login-lockout.ts';
import { openSession } from './open-session.ts';
import { tokenResponse, type TokenDeps } from './tokens.ts';
import { findPassword, noteLogin, type PasswordRow } from './user-store.ts';

export interface LogInDeps extends TokenDeps {
  readonly db: Database;
  readonly argon2: Argon2Pool;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly limits: LoginLimiter;
  readonly lockout: LoginLockout;
  readonly refreshTtlMs: number;
  readonly onAuthAttempt: OnAuthAttempt;
}

type LogInContext = Pick<RequestContext, 'remoteAddress' | 'userAgent' | 'log' | 'audit'>;

const refusalOf = (user: PasswordRow | undefined, matches: boolean): AppError | undefined => {
  if (user === undefined || !matches) return new AppError('invalid_credentials');
  return user.disabled ? new AppError('user_disabled') : undefined;
};

/** What the audit trail says of a login. An unknown name is left out: it may be a password in the wrong field. */
const auditEntry = (user: PasswordRow | undefined, resource: string, refusal: AppError | undefined) => ({
  action: 'auth.login',
  resource: user === undefined ? 'user:unknown' : resource,
  granted: refusal === undefined,
  reason: refusal?.code ?? 'ok',
  principal: { id: user?.id ?? 'unknown', kind: 'user', name: user?.username ?? null },
});

/** A new hash where the parameters have changed. A login does not fail for it. */
const rehash = async (argon2: Argon2Pool, user: PasswordRow, password: string, ctx: LogInContext) => {
  if (user.password_hash === null || !argon2.needsRehash(user.password_hash)) return undefined;
  try {
    return await argon2.hash(password);
  } catch (err) {
    ctx.log.warn(
      { err, user_id: user.id },
      'a password could not be hashed anew; the next login tries again',
    );
    return undefined;
  }
};

/** The user and whether the password is theirs. An attempt that could not be judged counts for nothing. */
const judge = async (
  { db, argon2 }: LogInDeps,
  attempt: LoginAttempt,
  request: { readonly username: string; readonly password: string },
) => {
  try {
    const user = await findPassword(db, { username: request.username });
    const matches = await argon2.verify(user?.password_hash, request.password);
    if (user === undefined || !matches) await attempt.failed();
    else if (user.disabled) await attempt.undecided();
    return { user, refusal: refusalOf(user, matches) };
  } catch (error) {
    await attempt.undecided();
    throw error;
  }
};

/**
 * Username and password to tokens. The decision is audited before the session exists. Errors: `rate_limited`,
 * `overloaded`, `invalid_credentials` (unknown users cost and look the same), `user_disabled`.
 */
export const createLogIn =
  (deps: LogInDeps) =>
  (
    request: { readonly username: string; readonly password: string },
    ctx: LogInContext,
  ): Promise<TokenResponse> =>
    counted(deps.onAuthAttempt, 'password', async () => {
      const { db, argon2, clock, newId, lockout } = deps;
      await deps.limits.takeLogin(request.username, ctx.remoteAddress);
      const attempt = await lockout.begin(request.username, ctx.remoteAddress);
      const { user, refusal } = await judge(deps, attempt, request);
      const sessionId = newId();
      await ctx.audit(
        auditEntry(user, refusal === undefined ? `session:${sessionId}` : `user:${user?.id ?? ''}`, refusal),
      );
      if (refusal !== undefined || user === undefined) throw refusal ?? new AppError('invalid_credentials');

      const rehashed = await rehash(argon2, user, request.password, ctx);
      const refreshToken = await db.transaction(async (tx) => {
        const at = new Date(clock.nowMs());
        const login = { userId: user.id, passwordVersion: user.password_version, rehashed, at };
        if (!(await noteLogin(tx, login))) throw new AppError('invalid_credentials');
        await attempt.succeeded(tx, user.id);
        return openSession(deps, tx, { id: sessionId, userId: user.id, at }, ctx);
      });
      return tokenResponse(deps, { userId: user.id, sessionId }, refreshToken);
    });
