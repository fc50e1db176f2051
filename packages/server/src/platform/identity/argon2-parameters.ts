/** The cost of a password hash. Defaults of the seeds: 4 passes, 131,072 KiB, 8 lanes. */
export interface Argon2Parameters {
  readonly timeCost: number;
  readonly memoryCostKib: number;
  readonly parallelism: number;
}

export const defaultArgon2Parameters: Argon2Parameters = {
  timeCost: 4,
  memoryCostKib: 131_072,
  parallelism: 8,
};

export const saltBytes = 16;
export const hashBytes = 32;

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const decodedBytes = (base64: string): number => Math.floor((base64.length * 3) / 4);

/** True when a stored hash was made with other parameters than those wanted now, or is no Argon2id hash at all. */
export const needsRehash = (stored: string, wanted: Argon2Parameters): boolean => {
  const match = phc.exec(stored);
  if (match === null) return true;
  const [, memory, time, lanes, salt = '', hash = ''] = match;
  return (
    Number(memory) !== wanted.memoryCostKib ||
    Number(time) !== wanted.timeCost ||
    Number(lanes) !== wanted.parallelism ||
    decodedBytes(salt) !== saltBytes ||
    decodedBytes(hash) !== hashBytes
  );
};

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/**
 * A well-formed hash that no password is known for, at the wanted cost: verifying against it makes an unknown user
 * take as long as a wrong password.
 */
export const decoyHash = (wanted: Argon2Parameters, randomBytes: (size: number) => Buffer): string =>
  `$argon2id$v=19$m=${wanted.memoryCostKib},t=${wanted.timeCost},p=${wanted.parallelism}` +
  `$${unpadded(randomBytes(saltBytes))}$${unpadded(randomBytes(hashBytes))}`;
