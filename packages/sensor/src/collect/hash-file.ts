import { createHash } from 'node:crypto';
import { constants, type BigIntStats } from 'node:fs';
import { open } from 'node:fs/promises';
import { readProblem } from './read-text.ts';

/** Small enough that one update of the digest (about 0.1 ms) never delays the loops that share this thread. */
const chunkBytes = 128 * 1024;
/** Larger than any module or firmware; what is above is not hashed but said so. */
export const maxFileBytes = 4 * 1024 ** 3;

export interface FileDigest {
  readonly sha256: string | null;
  readonly size_bytes: number | null;
  /** Why `sha256` is null. */
  readonly problem?: string;
}

/** What a changed file cannot keep: `ctime` is set by the kernel at every write, `mtime` can be forged. */
export const fileStamp = (stats: BigIntStats): string =>
  [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':');

/**
 * SHA-256 of a regular file, streamed with one small buffer. A file that changes while it is read is read once more;
 * one that changes again has no digest. `stamp` is null when the digest must not be cached.
 */
export const hashFile = async (
  path: string,
  signal?: AbortSignal,
): Promise<FileDigest & { stamp: string | null }> => {
  const failed = (problem: string, size: number | null = null) => ({
    sha256: null,
    size_bytes: size,
    problem,
    stamp: null,
  });
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const before = await handle.stat({ bigint: true });
        if (!before.isFile()) return failed('is not a regular file');
        if (before.size > maxFileBytes)
          return failed(`is larger than ${maxFileBytes} bytes`, Number(before.size));
        const hash = createHash('sha256');
        const buffer = Buffer.allocUnsafe(chunkBytes);
        let position = 0;
        for (;;) {
          if (signal?.aborted === true) return failed('reading was interrupted');
          const { bytesRead } = await handle.read(buffer, 0, chunkBytes, position);
          if (bytesRead === 0) break;
          position += bytesRead;
          if (position > maxFileBytes) break;
          hash.update(buffer.subarray(0, bytesRead));
        }
        const stamp = fileStamp(before);
        const after = await handle.stat({ bigint: true });
        if (stamp === fileStamp(after)) return { sha256: hash.digest('hex'), size_bytes: position, stamp };
      }
      return failed('changes while it is read');
    } finally {
      await handle.close();
    }
  } catch (error) {
    return failed(readProblem(error));
  }
};
