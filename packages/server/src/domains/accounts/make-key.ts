import type { CreatedApiKey, Scope } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import { hashBytesOf, keyPrefixLength, makeOpaqueSecret } from '../../platform/identity/index.ts';
import { countActiveKeys, insertKey } from './key-store.ts';
import { presentKey } from './present.ts';

export interface MakeKeyDeps {
  readonly newId: () => string;
  readonly randomBytes: (size: number) => Buffer;
}

export interface KeyWish {
  readonly userId: string;
  readonly description: string;
  readonly scopes: readonly Scope[] | null;
  readonly allowedAddresses?: readonly string[] | null;
  readonly atMs: number;
  readonly expiresAtMs: number | null;
}

/** Keys of one user that work at once. A fleet's sensors may share a user. */
const maxActiveKeysPerUser = 10_000;

/** Stores a new key and answers it with its text, which nothing else keeps. Errors: `conflict` beyond the maximum. */
export const makeKey = async (deps: MakeKeyDeps, tx: Executor, wish: KeyWish): Promise<CreatedApiKey> => {
  const at = new Date(wish.atMs);
  if ((await countActiveKeys(tx, wish.userId, at)) >= maxActiveKeysPerUser) {
    throw new AppError('conflict', {
      detail: `The user has ${maxActiveKeysPerUser} keys: revoke some first`,
    });
  }
  const key = makeOpaqueSecret(deps.randomBytes);
  const row = await insertKey(tx, {
    id: deps.newId(),
    userId: wish.userId,
    hash: hashBytesOf(key),
    prefix: key.slice(0, keyPrefixLength),
    description: wish.description,
    scopes: wish.scopes,
    allowedAddresses: wish.allowedAddresses ?? null,
    at,
    expiresAt: wish.expiresAtMs === null ? null : new Date(wish.expiresAtMs),
  });
  if (row === undefined) throw new Error('A key vanished in the transaction that wrote it');
  return { ...presentKey(row), api_key: key };
};
