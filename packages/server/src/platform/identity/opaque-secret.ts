import { hash } from 'node:crypto';

/** Bytes of a generated API key or refresh token: 512 bits, 86 base64url characters. */
export const opaqueSecretBytes = 64;

/** Characters of a key that are kept in clear, so that people can tell their keys apart. */
export const keyPrefixLength = 8;

/** Seed 2: what may be an API key at all. */
const minKeyLength = 16;
const maxKeyLength = 256;

export const makeOpaqueSecret = (randomBytes: (size: number) => Buffer): string =>
  randomBytes(opaqueSecretBytes).toString('base64url');

/** SHA-256 as 64 hex characters. The secrets have 512 random bits, so a slow hash would protect nothing. */
export const hashOpaqueSecret = (secret: string): string => hash('sha256', secret, 'hex');

/** The same as the bytes that the database keeps. */
export const hashBytesOf = (secret: string): Buffer => hash('sha256', secret, 'buffer');

export const mayBeApiKey = (value: string): boolean =>
  value.length >= minKeyLength && value.length <= maxKeyLength;
