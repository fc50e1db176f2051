import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { IsBreached } from './password-rules.ts';

export interface BreachedPasswords {
  readonly isBreached: IsBreached;
  close(): Promise<void>;
}

const hashLength = 40;
/** The longest line: a hash, a colon, a count, CR and LF. */
const maxLineBytes = 64;
/** Each step halves the file: more than enough for one of an exabyte. */
const maxSteps = 64;

const lineFeed = 0x0a;

interface File {
  read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
}

/** The hash of the first line that begins at `from` or behind it, and where it begins; undefined at the end. */
const lineFrom = async (
  file: File,
  from: number,
): Promise<{ readonly hash: string; readonly start: number; readonly next: number } | undefined> => {
  const buffer = Buffer.alloc(2 * maxLineBytes);
  // One byte earlier: a line begins behind a line feed.
  const at = Math.max(0, from - 1);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
  const bytes = buffer.subarray(0, bytesRead);
  const begin = from === 0 ? 0 : bytes.indexOf(lineFeed) + 1;
  if ((from > 0 && begin === 0) || begin >= bytes.length) return undefined;
  const end = bytes.indexOf(lineFeed, begin);
  const hash = bytes.toString('latin1', begin, begin + hashLength).toUpperCase();
  return { hash, start: at + begin, next: end < 0 ? at + bytes.length : at + end + 1 };
};

const search = async (file: File, size: number, wanted: string): Promise<boolean> => {
  let low = 0;
  let high = size;
  // Among the lines that begin in [low, high) is the wanted one, if it is there at all.
  for (let step = 0; step < maxSteps && low < high; step += 1) {
    const middle = Math.floor((low + high) / 2);
    const line = await lineFrom(file, middle);
    if (line === undefined || line.start >= high) high = middle;
    else if (line.hash === wanted) return true;
    else if (line.hash < wanted) low = line.next;
    else high = middle;
  }
  return false;
};

/**
 * Passwords known from breaches, in a file of SHA-1 hashes in ascending order, one a line, `HASH` or `HASH:COUNT`: the
 * form in which Have I Been Pwned ships its list (40 GB; about 30 small reads a question, nothing kept in memory).
 * Errors: the file's; `Error` when its first line is no hash.
 */
export const openBreachedPasswords = async (path: string): Promise<BreachedPasswords> => {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const first = await lineFrom(file, 0);
    if (size > 0 && (first === undefined || !/^[0-9A-F]{40}$/.test(first.hash))) {
      throw new Error(`${path} is no list of SHA-1 hashes, one a line`);
    }
    return {
      isBreached: (password) =>
        search(file, size, createHash('sha1').update(password, 'utf8').digest('hex').toUpperCase()),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
};
