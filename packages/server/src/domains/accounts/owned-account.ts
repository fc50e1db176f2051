import type { Executor, Tx } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { Principal } from '../../platform/identity/index.ts';
import { requireMayGrant } from './decisions.ts';
import { findServiceAccount, lockServiceAccount } from './service-account-store.ts';
import { rolesOf, type UserRow } from './user-store.ts';

const unknown = (id: string) => new AppError('not_found', { detail: `There is no service account ${id}` });

/** Errors: `not_found`. */
export const requireAccount = async (db: Executor, id: string): Promise<UserRow> => {
  const account = await findServiceAccount(db, id);
  if (account === undefined) throw unknown(id);
  return account;
};

/**
 * A service account that `principal` may change, locked: whoever could give it a credential could be it, so it may hold
 * no more than `principal` does. Errors: `not_found`, `insufficient_scope`.
 */
export const lockOwnedAccount = async (tx: Tx, id: string, principal: Principal): Promise<UserRow> => {
  const account = await lockServiceAccount(tx, id);
  if (account === undefined) throw unknown(id);
  requireMayGrant(principal, rolesOf(account));
  return account;
};
