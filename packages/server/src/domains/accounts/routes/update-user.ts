import { UpdateUser, User, type Role } from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database, Tx } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import type { Argon2Pool, IsBreached, Principal } from '../../../platform/identity/index.ts';
import { requireMayGrant } from '../decisions.ts';
import { presentUser } from '../present.ts';
import { requireStrong } from '../require-strong.ts';
import { IdParams } from '../schemas.ts';
import { revokeSessionsOf } from '../session-store.ts';
import {
  anotherAdminRemains,
  findUser,
  lockUser,
  rolesOf,
  updateUser as writeUser,
  type UserRow,
} from '../user-store.ts';

export interface UpdateUserDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly argon2: Argon2Pool;
  readonly isBreached?: IsBreached | undefined;
}

interface Changes {
  readonly email: string | null | undefined;
  readonly roles: readonly Role[] | undefined;
  readonly disabled: boolean | undefined;
  readonly passwordHash: string | undefined;
}

const unknownUser = (id: string) => new AppError('not_found', { detail: `There is no user ${id}` });

const isActiveAdmin = (roles: readonly Role[], disabled: boolean): boolean =>
  !disabled && roles.includes('admin');

/** Whether the change takes away an active administrator. */
const removesAdmin = (user: UserRow, changes: Changes): boolean =>
  isActiveAdmin(rolesOf(user), user.disabled) &&
  !isActiveAdmin(changes.roles ?? rolesOf(user), changes.disabled ?? user.disabled);

const apply = async (
  tx: Tx,
  id: string,
  changes: Changes,
  principal: Principal,
  at: Date,
): Promise<UserRow> => {
  const changesRights = changes.roles !== undefined || changes.disabled !== undefined;
  // Admins first, the user then: everyone locks in this order.
  const othersRemain = changesRights ? await anotherAdminRemains(tx, id) : true;
  const user = await lockUser(tx, id);
  if (user === undefined) throw unknownUser(id);
  requireMayGrant(principal, rolesOf(user));
  if (removesAdmin(user, changes) && !othersRemain) {
    throw new AppError('conflict', {
      detail: 'This is the last active administrator',
      remediation: 'Make another user an administrator first.',
    });
  }
  const updated = await writeUser(tx, id, changes, at);
  if (updated === undefined) throw unknownUser(id);
  if (changesRights || changes.passwordHash !== undefined) await revokeSessionsOf(tx, id, at);
  return updated;
};

/** `effect: 'own'`: the password is hashed before the transaction begins. Repeating a change changes nothing more. */
export const updateUser = (deps: UpdateUserDeps) =>
  defineRoute({
    method: 'PATCH',
    path: '/api/v1/users/:id',
    operationId: 'updateUser',
    summary: 'Change a user; new roles, a new password or disabling end all of its sessions on every replica',
    tag: 'Users',
    access: { scope: 'users:write' },
    audit: { when: 'before', action: 'user.update', resource: 'user:{id}' },
    effect: 'own',
    schema: { params: IdParams, body: UpdateUser, responses: { 200: User } },
    errors: ['not_found', 'conflict', 'weak_password', 'overloaded'],
    handler: async ({ params, body }, ctx) => {
      const { email, roles, disabled, password } = body;
      const known = await findUser(deps.db, params.id);
      if (known === undefined) throw unknownUser(params.id);
      requireMayGrant(ctx.principal, [...rolesOf(known), ...(roles ?? [])]);
      if (password !== undefined && known.kind === 'service') {
        throw new AppError('conflict', { detail: 'A service account has no password' });
      }
      if (password !== undefined) await requireStrong(password, known.username, deps.isBreached);
      const passwordHash = password === undefined ? undefined : await deps.argon2.hash(password);
      const at = new Date(deps.clock.nowMs());
      const changes: Changes = { email, roles, disabled, passwordHash };
      const updated = await deps.db.transaction((tx) => apply(tx, params.id, changes, ctx.principal, at));
      return ok(presentUser(updated));
    },
  });
