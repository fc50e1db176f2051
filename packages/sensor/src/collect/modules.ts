import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { KernelModule } from '@gpushield/contracts';
import { clean } from '../clean.ts';
import type { Hasher } from './hash-cache.ts';
import { maxSignatureBytes, parseModuleSigner } from './module-signature.ts';
import { readOptional, readProblem, readText } from './read-text.ts';
import type { Roots } from './roots.ts';

/** The contract's bound. */
export const maxModules = 2000;

export interface LoadedModule {
  readonly name: string;
  /** Letters of the module's own taint, such as `POE`; '' for none. */
  readonly taint: string;
}

/** Lines of /proc/modules: `name size refcount dependents state address [(taint)]`. */
export const parseProcModules = (source: string): LoadedModule[] =>
  source.split('\n').flatMap((line) => {
    const name = /^([A-Za-z0-9_-]{1,128}) /.exec(line)?.[1];
    return name === undefined ? [] : [{ name, taint: /\(([A-Z+-]{1,16})\)\s*$/.exec(line)?.[1] ?? '' }];
  });

/** The kernel's name of a module file: `snd-hda.ko.xz` is `snd_hda`. */
export const moduleNameOf = (path: string): string =>
  basename(path)
    .replace(/\.ko(?:\.(?:xz|gz|zst))?$/, '')
    .replaceAll('-', '_');

/** Module name → path below /lib/modules/<release>, out of modules.dep (`path: dependencies`). */
export const parseModulesDep = (source: string): ReadonlyMap<string, string> => {
  const paths = new Map<string, string>();
  for (const line of source.split('\n')) {
    const path = /^([^:\s]+\.ko(?:\.(?:xz|gz|zst))?):/.exec(line)?.[1];
    if (path !== undefined && !paths.has(moduleNameOf(path))) paths.set(moduleNameOf(path), path);
  }
  return paths;
};

/** Modules named by the kernel release's modules.dep; `problem` says why no files can be found. */
const readModulesDep = async (roots: Roots, release: string) => {
  try {
    const source = await readText(join(roots.modules, release, 'modules.dep'));
    return { paths: parseModulesDep(source), problem: null };
  } catch (error) {
    return {
      paths: new Map<string, string>(),
      problem: `/lib/modules/${release}/modules.dep ${readProblem(error)}`,
    };
  }
};

const readTail = async (path: string): Promise<Buffer> => {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, maxSignatureBytes);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
};

/** The signer's name, where it costs no decompression; null where it is unknown or there is no signature. */
const signerOf = async (path: string): Promise<string | null> => {
  if (!path.endsWith('.ko')) return null;
  try {
    return parseModuleSigner(await readTail(path));
  } catch {
    return null;
  }
};

/**
 * Every loaded module with the digest of its file on disk. A digest speaks of the file, not of what is in memory:
 * `blind` is about modules that could not be listed at all.
 */
export const collectModules = async ({
  roots,
  release,
  hasher,
  signal,
}: {
  roots: Roots;
  release: string;
  hasher: Hasher;
  signal?: AbortSignal;
}): Promise<{ modules: KernelModule[]; blind: string[] }> => {
  let source: string;
  try {
    source = await readText(join(roots.proc, 'modules'));
  } catch (error) {
    const hasLoader = (await readOptional(join(roots.proc, 'sys/kernel/modules_disabled'))) !== null;
    const why = hasLoader ? '' : '; this kernel appears to be built without loadable modules';
    return { modules: [], blind: [`kernel modules: /proc/modules ${readProblem(error)}${why}`] };
  }
  const loaded = parseProcModules(source);
  const { paths, problem } = await readModulesDep(roots, release);
  const kept = loaded.slice(0, maxModules);
  const locate = (name: string): string | null => {
    const relative = paths.get(name.replaceAll('-', '_'));
    return relative === undefined ? null : join('/lib/modules', release, relative);
  };
  const real = (path: string): string => join(roots.modules, path.slice('/lib/modules'.length));
  const located = kept.map((one) => ({ ...one, path: locate(one.name) }));
  const files = located.flatMap(({ path }) => (path === null ? [] : [real(path)]));
  const digests = await hasher.hashAll(files, signal);
  const byFile = new Map(files.map((file, index) => [file, digests[index]]));
  const missing = {
    sha256: null,
    size_bytes: null,
    problem: clean(problem ?? 'not named in modules.dep', 200),
  };
  const modules: KernelModule[] = [];
  for (const { name, taint, path } of located) {
    const version = await readOptional(join(roots.sys, 'module', name, 'version'));
    modules.push({
      name,
      path,
      ...(path === null ? missing : (byFile.get(real(path)) ?? missing)),
      version: version === null ? null : clean(version, 128),
      signer: path === null ? null : await signerOf(real(path)),
      taint,
    });
  }
  const cut =
    loaded.length > maxModules
      ? [`kernel modules: ${loaded.length - maxModules} above the limit of ${maxModules}`]
      : [];
  const noFiles = problem !== null && loaded.length > 0 ? [`files of kernel modules: ${problem}`] : [];
  return { modules: modules.sort((a, b) => (a.name < b.name ? -1 : 1)), blind: [...cut, ...noFiles] };
};
