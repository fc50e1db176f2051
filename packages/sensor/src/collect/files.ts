import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { HashedFile } from '@gpushield/contracts';
import type { Hasher } from './hash-cache.ts';
import type { Roots } from './roots.ts';

/** The contract's bound. */
export const maxExtraFiles = 5000;

/** A directory means the regular files directly in it; anything else is taken as a file, missing ones included. */
const expand = async (roots: Roots, path: string): Promise<string[]> => {
  const real = join(roots.host, path);
  const isDirectory = await stat(real).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  if (!isDirectory) return [path];
  const entries = await readdir(real, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(path, entry.name));
};

/** The files that the configuration names, hashed. A file that does not exist is listed with its problem. */
export const collectFiles = async ({
  roots,
  paths,
  hasher,
  signal,
}: {
  roots: Roots;
  paths: readonly string[];
  hasher: Hasher;
  signal?: AbortSignal;
}): Promise<{ files: HashedFile[]; blind: string[] }> => {
  const wanted = new Set<string>();
  for (const path of paths) for (const file of await expand(roots, join('/', path))) wanted.add(file);
  const usable = [...wanted].filter((path) => path.length <= 1024).sort();
  const kept = usable.slice(0, maxExtraFiles);
  const blind =
    wanted.size > kept.length
      ? [`extra_integrity_paths: ${wanted.size - kept.length} files above the limits`]
      : [];
  const digests = await hasher.hashAll(
    kept.map((path) => join(roots.host, path)),
    signal,
  );
  const unread = { sha256: null, size_bytes: null, problem: 'was not read' };
  return { files: kept.map((path, index) => ({ path, ...(digests[index] ?? unread) })), blind };
};
