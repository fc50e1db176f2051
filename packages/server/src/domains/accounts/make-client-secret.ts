import type { CreatedClientSecret, Scope } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import { hashBytesOf, keyPrefixLength, makeOpaqueSecret } from '../../platform/identity/index.ts';
import { countActiveSecrets, insertClientSecret } from './client-secret-store.ts';
import type { MakeKeyDeps } from './make-key.ts';
import { presentSecret } from './present.ts';

export interface SecretWish {
  readonly userId: string;
  readonly description: string;
  readonly scopes: readonly Scope[] | null;
  readonly allowedAddresses: readonly string[] | null;
  readonly atMs: number;
  readonly expiresAtMs: number | null;
}

/** Secrets of one client that work at once: two for a rotation, the rest for several deployments of one service. */
const maxActiveSecrets = 20;

/** Stores a new client secret and answers it with its text, which nothing else keeps. Errors: `conflict`. */
export const makeClientSecret = async (
  deps: MakeKeyDeps,
  tx: Executor,
  wish: SecretWish,
): Promise<CreatedClientSecret> => {
  const at = new Date(wish.atMs);
  if ((await countActiveSecrets(tx, wish.userId, at)) >= maxActiveSecrets) {
    throw new AppError('conflict', {
      detail: `The account has ${String(maxActiveSecrets)} secrets: revoke some first`,
    });
  }
  const secret = makeOpaqueSecret(deps.randomBytes);
  const row = await insertClientSecret(tx, {
    id: deps.newId(),
    userId: wish.userId,
    hash: hashBytesOf(secret),
    prefix: secret.slice(0, keyPrefixLength),
    description: wish.description,
    scopes: wish.scopes,
    allowedAddresses: wish.allowedAddresses,
    at,
    expiresAt: wish.expiresAtMs === null ? null : new Date(wish.expiresAtMs),
  });
  if (row === undefined) throw new Error('A client secret vanished in the transaction that wrote it');
  return { ...presentSecret(row), client_secret: secret };
};
