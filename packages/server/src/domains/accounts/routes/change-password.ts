import { ChangePassword } from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, noContent } from '../../../platform/http/route.ts';
import type { Argon2Pool, IsBreached } from '../../../platform/identity/index.ts';
import { sessionOf } from '../decisions.ts';
import type { LoginLimiter } from '../login-limits.ts';
import { requireStrong } from '../require-strong.ts';
import { revokeSessionsOf } from '../session-store.ts';
import { changePassword as storePassword, findPassword } from '../user-store.ts';

export interface ChangePasswordDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly argon2: Argon2Pool;
  readonly limits: LoginLimiter;
  readonly isBreached?: IsBreached | undefined;
}

/** `effect: 'own'`: a transaction that waited for the password pool would hold a connection meanwhile. */
export const changePassword = (deps: ChangePasswordDeps) =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/me/password',
    operationId: 'changePassword',
    summary: "Change one's own password; every other session of one's own ends",
    tag: 'Me',
    access: { scope: 'self', only: 'login' },
    audit: { when: 'before', action: 'me.change_password' },
    effect: 'own',
    bodyLimitBytes: 4096,
    schema: { body: ChangePassword, responses: { 204: null } },
    errors: ['invalid_credentials', 'weak_password', 'conflict', 'rate_limited', 'overloaded'],
    handler: async ({ body }, { principal }) => {
      const { userId, sessionId } = sessionOf(principal);
      await deps.limits.takePasswordProof(userId);
      const user = await findPassword(deps.db, { id: userId });
      if (!(await deps.argon2.verify(user?.password_hash, body.current_password)) || user === undefined) {
        throw new AppError('invalid_credentials', { detail: 'The current password is wrong' });
      }
      await requireStrong(body.new_password, user.username, deps.isBreached);
      const passwordHash = await deps.argon2.hash(body.new_password);
      await deps.db.transaction(async (tx) => {
        const at = new Date(deps.clock.nowMs());
        const change = { userId, passwordVersion: user.password_version, passwordHash, at };
        if (!(await storePassword(tx, change))) throw new AppError('conflict');
        await revokeSessionsOf(tx, userId, at, sessionId);
      });
      return noContent();
    },
  });
