import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { HashedFile } from '@gpushield/contracts';
import type { RunCommand } from '../run-command.ts';
import type { Hasher } from './hash-cache.ts';
import type { Roots } from './roots.ts';

/** Modules that load firmware into GPUs. */
export const gpuModules: readonly string[] = [
  'nvidia',
  'nouveau',
  'nova_core',
  'amdgpu',
  'radeon',
  'i915',
  'xe',
];
/** Directories of /lib/firmware that belong to GPUs whole. */
const gpuDirectories: readonly string[] = ['nvidia', 'amdgpu', 'i915', 'xe'];
/** The contract's bound. */
export const maxFirmwareFiles = 5000;
/** nvidia/<version>/ is two levels deep, older trees three. */
const maxDepth = 4;
const modinfoLimits = { timeoutMs: 5000, maxOutputBytes: 262_144 } as const;

/** Names out of `modinfo -F firmware`, without those that would leave the firmware directory. */
export const parseFirmwareNames = (output: string): string[] =>
  output
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (name) => name !== '' && name.length <= 256 && !name.startsWith('/') && !name.split('/').includes('..'),
    );

/** Relative paths of the regular files below `directory`, sorted, at most `limit + 1` so that a cut can be told. */
const walk = async (root: string, directory: string, depth: number, limit: number): Promise<string[]> => {
  const entries = await readdir(join(root, directory), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (found.length > limit) break;
    const path = join(directory, entry.name);
    if (entry.isDirectory() && depth < maxDepth)
      found.push(...(await walk(root, path, depth + 1, limit - found.length)));
    else if (entry.isFile() || entry.isSymbolicLink()) found.push(path);
  }
  return found;
};

const namedByModules = async (runCommand: RunCommand, modules: readonly string[]) => {
  const names: string[] = [];
  const blind: string[] = [];
  for (const module of modules) {
    const { code, stdout, problem } = await runCommand('modinfo', ['-F', 'firmware', module], modinfoLimits);
    if (code === 0) names.push(...parseFirmwareNames(stdout));
    else blind.push(`firmware named by module ${module}: modinfo ${problem ?? `ended with status ${code}`}`);
  }
  return { names, blind };
};

/** The kernel searches the override directories first; a file there replaces the one of the distribution. */
const searchedBelow = (release: string): readonly string[] => [`updates/${release}`, 'updates', release, ''];

/** Relative paths of files that exist for the names that modules give, compressed forms included. */
const findNamed = async (
  root: string,
  names: readonly string[],
  searched: readonly string[],
): Promise<string[]> => {
  const listings = new Map<string, ReadonlySet<string>>();
  const listing = async (directory: string): Promise<ReadonlySet<string>> => {
    const known = listings.get(directory);
    if (known !== undefined) return known;
    const files = new Set(await readdir(join(root, directory)).catch((): string[] => []));
    listings.set(directory, files);
    return files;
  };
  const found: string[] = [];
  for (const name of names) {
    for (const prefix of searched) {
      const directory = join(prefix, dirname(name));
      const files = await listing(directory);
      const forms = ['', '.xz', '.zst'].map((suffix) => basename(name) + suffix);
      found.push(...forms.filter((form) => files.has(form)).map((form) => join(directory, form)));
    }
  }
  return found;
};

export interface FirmwareRequest {
  readonly roots: Roots;
  readonly release: string;
  readonly loadedModules: readonly string[];
  readonly hasher: Hasher;
  readonly runCommand: RunCommand;
  readonly signal?: AbortSignal;
}

/**
 * Firmware files that matter to GPUs: what the loaded GPU modules name, and the GPU directories whole. Names that
 * modules give and no file has are not listed: modules name firmware for every device that they know.
 */
export const collectFirmware = async ({
  roots,
  release,
  loadedModules,
  hasher,
  runCommand,
  signal,
}: FirmwareRequest): Promise<{ firmware: HashedFile[]; blind: string[] }> => {
  const relevant = gpuModules.filter((name) => loadedModules.includes(name));
  const { names, blind } = await namedByModules(runCommand, relevant);
  const searched = searchedBelow(release);
  const found = new Set(await findNamed(roots.firmware, names, searched));
  for (const directory of gpuDirectories) {
    for (const prefix of searched) {
      if (found.size > maxFirmwareFiles) break;
      const files = await walk(roots.firmware, join(prefix, directory), 0, maxFirmwareFiles);
      for (const file of files) found.add(file);
    }
  }
  const kept = [...found].sort().slice(0, maxFirmwareFiles);
  if (found.size > kept.length) {
    blind.push(`firmware: more than ${maxFirmwareFiles} files, the others are not hashed`);
  }
  const paths = kept.map((file) => join(roots.firmware, file));
  const digests = await hasher.hashAll(paths, signal);
  const unread = { sha256: null, size_bytes: null, problem: 'was not read' };
  const firmware = kept.map((file, index) => ({
    path: join('/lib/firmware', file),
    ...(digests[index] ?? unread),
  }));
  return { firmware, blind };
};
