import { stat } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import { fileStamp, hashFile, type FileDigest } from './hash-file.ts';

/** A forged ctime (a changed clock, a raw disk write) is found at the latest after this long. */
export const fullRehashMs = 3_600_000;
/** Two files at once keep a disk busy without taking a node's I/O. */
export const maxParallelHashes = 2;
/** More files than one inventory can hold, so that nothing is evicted in ordinary use. */
export const maxCachedDigests = 16_384;

export interface Hasher {
  /** Digests by path, in the order of `paths`. */
  hashAll(paths: readonly string[], signal?: AbortSignal): Promise<FileDigest[]>;
}

/**
 * Hashes files, and hashes again only what changed by (device, inode, size, mtime, ctime) or whose time has come:
 * each entry ends at a random moment in the second half of the period, so that the work is spread.
 */
export const createHasher = ({ clock, random }: { clock: Clock; random: () => number }): Hasher => {
  const cache = new Map<string, { digest: FileDigest; stamp: string; expiresAtMs: number }>();

  const hashOne = async (path: string, signal?: AbortSignal): Promise<FileDigest> => {
    const known = cache.get(path);
    if (known !== undefined && clock.monotonicMs() < known.expiresAtMs) {
      const stamp = await stat(path, { bigint: true }).then(fileStamp, () => null);
      if (stamp === known.stamp) return known.digest;
    }
    const { stamp, ...digest } = await hashFile(path, signal);
    cache.delete(path);
    if (stamp !== null) {
      const oldest = cache.size >= maxCachedDigests ? cache.keys().next().value : undefined;
      if (oldest !== undefined) cache.delete(oldest);
      cache.set(path, {
        digest,
        stamp,
        expiresAtMs: clock.monotonicMs() + fullRehashMs * (0.5 + random() / 2),
      });
    }
    return digest;
  };

  return {
    hashAll: async (paths, signal) => {
      const digests: FileDigest[] = [];
      let next = 0;
      const worker = async (): Promise<void> => {
        for (let index = next++; index < paths.length; index = next++) {
          digests[index] = await hashOne(paths[index] ?? '', signal);
        }
      };
      await Promise.all(Array.from({ length: maxParallelHashes }, worker));
      return digests;
    },
  };
};
