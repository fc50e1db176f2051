import type { Tx } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { Principal } from '../../platform/identity/index.ts';
import { lockKey, type KeyRow } from './key-store.ts';

/** One's own key, or anybody's with `keys:admin`, locked. Errors: `not_found`, for another's key too. */
export const lockOwnedKey = async (tx: Tx, id: string, principal: Principal): Promise<KeyRow> => {
  const key = await lockKey(tx, id);
  if (key === undefined || (key.user_id !== principal.id && !principal.scopes.has('keys:admin'))) {
    throw new AppError('not_found', { detail: `There is no key ${id}` });
  }
  return key;
};
