import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** Files of /proc, /sys and /etc that the sensor reads whole are small; modules.dep is the largest. */
export const maxTextBytes = 4 * 1024 * 1024;

/** Why a file could not be read, in words for people; never its content. */
export const readProblem = (error: unknown): string => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'does not exist',
    ENOTDIR: 'does not exist',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ELOOP: 'too many symbolic links',
    EIO: 'input/output error',
  };
  return words[code] ?? `cannot be read (${code === '' ? 'unknown error' : code})`;
};

/** Reads a small file; never blocks on a pipe. Files of /proc report size 0, so that it reads until the end. */
export const readText = async (path: string, maxBytes = maxTextBytes): Promise<string> => {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(65_536), 0, 65_536, null);
      if (bytesRead === 0) return Buffer.concat(chunks).toString('utf8');
      size += bytesRead;
      if (size > maxBytes) throw new Error(`larger than ${maxBytes} bytes`);
      chunks.push(buffer.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
};

/** The trimmed content, or null when the file cannot be read or is empty. */
export const readOptional = async (path: string): Promise<string | null> => {
  try {
    const value = (await readText(path)).trim();
    return value === '' ? null : value;
  } catch {
    return null;
  }
};
