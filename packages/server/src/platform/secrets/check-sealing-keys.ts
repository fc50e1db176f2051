import type { Executor } from '../database/types.ts';
import { columnName, holdsKey, type SealedColumn } from './sealed-columns.ts';
import type { KeyedSealer } from './sealer.ts';
import { knownKeys, rememberKey, setRetired, type KnownKey } from './sealing-store.ts';

/** The configured keys do not fit the database. The message says what to do, in words for an operator. */
export class SealingKeyError extends Error {
  override readonly name = 'SealingKeyError';
}

const canaryText = 'gpushield';
const canaryPurpose = (keyId: string): string => `canary:${keyId}`;

interface CheckDeps {
  readonly db: Executor;
  readonly sealer: KeyedSealer;
  /** Where sealed values are: tells whether a key that is missing is missed. */
  readonly columns: readonly SealedColumn[];
  readonly now: () => Date;
}

/**
 * To be called at the start, before anything is sealed. Remembers the current key by a canary, opens the canaries of
 * all configured keys, and looks whether values need a key that is not configured.
 * Errors: `SealingKeyError`, with the way out.
 */
export const checkSealingKeys = async ({ db, sealer, columns, now }: CheckDeps): Promise<void> => {
  const { currentKeyId } = sealer;
  await rememberKey(db, currentKeyId, sealer.seal(canaryText, canaryPurpose(currentKeyId)), now());
  for (const known of await knownKeys(db)) {
    if (sealer.keyIds.includes(known.keyId)) openCanary(sealer, known);
    else await checkMissing({ db, sealer, columns, now }, known);
    if (known.keyId === currentKeyId && known.retiredAt !== null) await setRetired(db, currentKeyId, null);
  }
};

const openCanary = (sealer: KeyedSealer, { keyId, canary }: KnownKey): void => {
  try {
    if (sealer.unseal(canary, canaryPurpose(keyId)) === canaryText) return;
  } catch {
    // Said below, whatever it was.
  }
  throw new SealingKeyError(
    `The sealing key ${keyId} is not the one that this database was sealed with. ` +
      'Set GPUSHIELD_SEALING_KEY (or GPUSHIELD_SEALING_KEYS_OLD) to the key of that name again, ' +
      'and give a new key a name of its own.',
  );
};

const checkMissing = async (
  { db, columns, now }: CheckDeps,
  { keyId, retiredAt }: KnownKey,
): Promise<void> => {
  const places: string[] = [];
  for (const column of columns) {
    if (await holdsKey(db, column, keyId)) places.push(columnName(column));
  }
  if (places.length > 0) {
    throw new SealingKeyError(
      `Values in ${places.join(', ')} are sealed with key ${keyId}, which is not configured. ` +
        'Add it to GPUSHIELD_SEALING_KEYS_OLD until rotation has finished; ' +
        'if SECRET_KEY was changed, add the old one as secret-key:<old SECRET_KEY>.',
    );
  }
  if (retiredAt === null) await setRetired(db, keyId, now());
};
