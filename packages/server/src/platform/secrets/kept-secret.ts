import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createSecret, type Secret } from './secret.ts';

/** Random bytes of a generated secret: 384 bits, 64 base64url characters. */
const generatedSecretBytes = 48;

/** A kept file shorter than this was damaged or written by hand; using it would be worse than stopping. */
const minimumKeptBytes = 32;

const privateFileMode = 0o600;
const privateFolderMode = 0o700;
const othersMayReadMask = 0o077;

/** The secret, or what is wrong with the file that should hold it. */
export type KeptSecret =
  | { readonly ok: true; readonly secret: Secret; readonly created: boolean }
  | { readonly ok: false; readonly problem: string };

/**
 * The secret `name` of the data directory: read if it is there, else made once and kept in
 * `<dataDir>/secrets/<name>`, mode 0600. Several processes may race for it: all get the same one.
 * File errors are answered as a problem, so that they join the one report of the start.
 */
export const keepSecret = (dataDir: string, name: string): KeptSecret => {
  const folder = join(dataDir, 'secrets');
  const path = join(folder, name);
  try {
    mkdirSync(folder, { recursive: true, mode: privateFolderMode });
    chmodSync(folder, privateFolderMode);
    const created = createOnce(folder, path);
    return readKept(path, created);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { ok: false, problem: `could not be kept in ${path} (${code})` };
  }
};

const readKept = (path: string, created: boolean): KeptSecret => {
  if ((statSync(path).mode & othersMayReadMask) !== 0) {
    return {
      ok: false,
      problem: `is kept in ${path}, which others may read: run chmod 600 on it, or replace it`,
    };
  }
  const value = readFileSync(path, 'utf8').trim();
  if (Buffer.byteLength(value) < minimumKeptBytes) {
    return {
      ok: false,
      problem: `is kept in ${path}, which holds fewer than ${String(minimumKeptBytes)} bytes`,
    };
  }
  return { ok: true, secret: createSecret(value), created };
};

/**
 * Writes a new secret beside `path` and links it there: a link is atomic and fails if the name is taken,
 * so a reader never sees half a secret and the first of several racing processes wins.
 */
const createOnce = (folder: string, path: string): boolean => {
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return false;
  const draft = join(folder, `.draft-${randomBytes(8).toString('hex')}`);
  const file = openSync(draft, 'wx', privateFileMode);
  try {
    writeSync(file, `${randomBytes(generatedSecretBytes).toString('base64url')}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    unlinkSync(draft);
  }
};
