import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { clean } from '../clean.ts';
import type { RunCommand } from '../run-command.ts';
import { readOptional } from './read-text.ts';
import type { Roots } from './roots.ts';

const limits = { timeoutMs: 5000, maxOutputBytes: 65_536 } as const;
/** Shared libraries whose file name carries their version: `libze_loader.so.1.17.6`. */
const libraries: Readonly<Record<string, string>> = {
  level_zero_loader: 'libze_loader.so.',
  libcuda: 'libcuda.so.',
  nvidia_ml: 'libnvidia-ml.so.',
  libnvidia_container: 'libnvidia-container.so.',
};
const libraryDirectories: readonly string[] = [
  'lib/x86_64-linux-gnu',
  'lib/aarch64-linux-gnu',
  'lib64',
  'lib',
];

/** `NVIDIA Container Toolkit CLI version 1.17.8` → `1.17.8`; null when the form is unknown. */
export const parseContainerToolkit = (output: string): string | null =>
  /version:?\s+v?(\d+\.\d+\.\d+[A-Za-z0-9.~+-]*)/i.exec(output)?.[1] ?? null;

/** CUDA's version.json names each component; the toolkit's is `cuda.version`. */
export const parseCudaVersion = (source: string): string | null =>
  /"cuda"\s*:\s*\{[^{}]*"version"\s*:\s*"([^"]{1,64})"/.exec(source)?.[1] ?? null;

/** The longest dotted version among file names that begin with `prefix`. */
export const libraryVersion = (names: readonly string[], prefix: string): string | null => {
  const versions = names.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  const dotted = versions.filter((version) => /^\d+(\.\d+)+$/.test(version));
  return dotted.sort((a, b) => b.length - a.length || (a < b ? 1 : -1))[0] ?? null;
};

const containerToolkit = async (roots: Roots, runCommand: RunCommand): Promise<string | null> => {
  const installed = await readdir(join(roots.usr, 'bin')).catch((): string[] => []);
  if (!installed.includes('nvidia-ctk')) return null;
  const { code, stdout } = await runCommand(join(roots.usr, 'bin/nvidia-ctk'), ['--version'], limits);
  return code === 0 ? parseContainerToolkit(stdout) : null;
};

/** Versions of what stands between containers and GPUs; what is not installed is not in the record. */
export const collectToolkits = async (
  roots: Roots,
  runCommand: RunCommand,
): Promise<Record<string, string>> => {
  const toolkits: Record<string, string> = {};
  const add = (name: string, version: string | null): void => {
    if (version !== null && version !== '') toolkits[name] = clean(version, 256);
  };
  add('nvidia_container_toolkit', await containerToolkit(roots, runCommand));
  const local = await readdir(join(roots.usr, 'local')).catch(() => []);
  for (const directory of local.filter((name) => /^cuda(-[0-9.]{1,16})?$/.test(name)).slice(0, 16)) {
    const source = await readOptional(join(roots.usr, 'local', directory, 'version.json'));
    add(directory.replace('-', '_'), source === null ? null : parseCudaVersion(source));
  }
  add('rocm', await readOptional(join(roots.opt, 'rocm/.info/version')));
  for (const directory of libraryDirectories) {
    const names = await readdir(join(roots.usr, directory)).catch(() => []);
    for (const [name, prefix] of Object.entries(libraries)) {
      if (!(name in toolkits)) add(name, libraryVersion(names, prefix));
    }
  }
  return toolkits;
};
