import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, open, opendir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DiskProgress, RuntimeDisks } from '../port.ts';
import type { Layout } from './layout.ts';
import { jobUid } from './sandbox.ts';

/** Of a listing, and of the sum of a snapshot's size: jobs decide how much there is. */
const defaultLimits = { listed: 20_000, measured: 500_000 };
const maxDepth = 12;
const kibibyte = 1024;

/**
 * Copies what is in one directory into another. Links stay links. Where the server is root, the copying is done as the
 * jobs' user: whatever stands in the tree, it reads nothing that a job could not read. That user may pass neither
 * directory's parents, so both are given open.
 */
const copyInto = (from: string, into: number, isRoot: boolean): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn('cp', ['-a', '--reflink=auto', '--', '.', '/proc/self/fd/3'], {
      cwd: from,
      stdio: ['ignore', 'ignore', 'pipe', into],
      ...(isRoot ? { uid: jobUid, gid: jobUid } : {}),
    });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      if (said.length < kibibyte) said += chunk.toString('utf8');
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(said.split('\n', 1)[0] ?? `cp ended with ${code ?? 'a signal'}`));
    });
  });

/** Copies a directory so that it is there whole or not at all; what an interrupted copy left goes first. */
const copyWhole = async (from: string, to: string, isRoot: boolean): Promise<void> => {
  const parent = dirname(to);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const prefix = `${basename(to)}.part-`;
  for (const left of await readdir(parent)) {
    if (left.startsWith(prefix)) await rm(join(parent, left), { recursive: true, force: true });
  }
  const part = join(parent, `${prefix}${randomBytes(4).toString('hex')}`);
  await mkdir(part, { mode: 0o700 });
  if (isRoot) await chown(part, jobUid, jobUid);
  const into = await open(part, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    await copyInto(from, into.fd, isRoot);
  } finally {
    await into.close();
  }
  await rename(part, to);
};

interface Walk {
  readonly maxEntries: number;
  lines: string[];
  bytes: number;
  entries: number;
  cut: boolean;
}

/** Names in a directory, `limit` at most: somebody may have made millions. */
const namesIn = async (directory: string, limit: number): Promise<{ names: string[]; cut: boolean }> => {
  const names: string[] = [];
  for await (const entry of await opendir(directory)) {
    if (names.length >= limit) return { names, cut: true };
    names.push(entry.name);
  }
  return { names, cut: false };
};

const walk = async (
  state: Walk,
  directory: string,
  indent: string,
  depth: number,
  maxBytes: number,
): Promise<void> => {
  const { names, cut } = await namesIn(directory, state.maxEntries - state.entries);
  if (cut) state.cut = true;
  names.sort();
  for (const [index, name] of names.entries()) {
    if (state.bytes > maxBytes || state.entries >= state.maxEntries) {
      state.cut = true;
      return;
    }
    const path = join(directory, name);
    const facts = await lstat(path);
    const last = index === names.length - 1;
    const kind = facts.isDirectory() ? '/' : facts.isSymbolicLink() ? ' -> (link)' : ` (${facts.size} bytes)`;
    const line = `${indent}${last ? '└── ' : '├── '}${name.replaceAll(/\p{Cc}/gu, '?')}${kind}`;
    state.lines.push(line);
    state.bytes += Buffer.byteLength(line) + 1;
    state.entries += 1;
    if (facts.isDirectory() && depth < maxDepth)
      await walk(state, path, `${indent}${last ? '    ' : '│   '}`, depth + 1, maxBytes);
  }
};

/** Bytes of the files below; null where there are more entries than are counted. */
const sizeOf = async (directory: string, maxEntries: number): Promise<number | null> => {
  const left = [directory];
  let entries = 0;
  let total = 0;
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for await (const entry of await opendir(next)) {
      entries += 1;
      if (entries > maxEntries) return null;
      const path = join(next, entry.name);
      if (entry.isDirectory()) left.push(path);
      else if (entry.isFile()) total += (await lstat(path)).size;
    }
  }
  return total;
};

/** Copies of directories that go on in the background: asked again until they are done or have failed. */
const createCopies = (isRoot: boolean) => {
  /** Copies that run in this process, by what they make; failures stay until they are told. */
  const copies = new Map<string, { state: 'running' | 'done' } | { state: 'failed'; reason: string }>();

  return (from: string, to: string): DiskProgress => {
    if (existsSync(to)) {
      copies.delete(to);
      return { kind: 'done' };
    }
    if (!existsSync(from)) return { kind: 'failed', reason: 'What should be copied is not on this host' };
    const known = copies.get(to);
    if (known?.state === 'failed') {
      copies.delete(to);
      return { kind: 'failed', reason: known.reason };
    }
    if (known === undefined) {
      copies.set(to, { state: 'running' });
      copyWhole(from, to, isRoot).then(
        () => copies.set(to, { state: 'done' }),
        (error: unknown) =>
          copies.set(to, { state: 'failed', reason: error instanceof Error ? error.message : String(error) }),
      );
    }
    return { kind: 'pending', progress: 'copying' };
  };
};

/**
 * Disks as directories of this host, snapshots as copies (reflinks where the file system has them). A disk's size is
 * noted and not enforced: that is the host's file system's to do.
 */
export const createLocalDisks = (layout: Layout, isRoot: boolean, limits = defaultLimits): RuntimeDisks => {
  const copying = createCopies(isRoot);
  return {
    ensure: async ({ diskId }, fromSnapshotId) => {
      const directory = layout.disk(diskId);
      if (fromSnapshotId !== null) {
        const found = await snapshotPath(layout, fromSnapshotId);
        return found === undefined && !existsSync(directory)
          ? { kind: 'failed', reason: 'The snapshot is not on this host' }
          : copying(found ?? directory, directory);
      }
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await chmod(directory, 0o700);
      if (isRoot) await chown(directory, jobUid, jobUid);
      return { kind: 'done' };
    },
    snapshot: async ({ diskId }, snapshotId) => {
      const target = layout.snapshot(diskId, snapshotId);
      const made = copying(layout.disk(diskId), target);
      return made.kind === 'done' ? { kind: 'done', sizeBytes: await sizeOf(target, limits.measured) } : made;
    },
    listContent: async ({ diskId }, snapshotId, maxBytes) => {
      const state: Walk = { maxEntries: limits.listed, lines: ['.'], bytes: 2, entries: 0, cut: false };
      try {
        await walk(state, layout.snapshot(diskId, snapshotId), '', 0, maxBytes);
      } catch {
        // A directory that cannot be read is no better the next time.
        return { kind: 'done', content: null };
      }
      if (state.cut) state.lines.push('… and more');
      return { kind: 'done', content: state.lines.join('\n') };
    },
    removeSnapshot: async ({ diskId }, snapshotId) => {
      await rm(layout.snapshot(diskId, snapshotId), { recursive: true, force: true });
      return { kind: 'done' };
    },
    remove: async ({ diskId }) => {
      await rm(layout.disk(diskId), { recursive: true, force: true });
      await rm(layout.snapshotsOf(diskId), { recursive: true, force: true });
      return { kind: 'done' };
    },
  };
};

/** A clone names a snapshot of another disk: it is found by its own id. */
const snapshotPath = async (layout: Layout, snapshotId: string): Promise<string | undefined> => {
  const parent = dirname(layout.snapshotsOf(snapshotId));
  const disks = await readdir(parent).catch(() => []);
  return disks.map((disk) => join(parent, disk, snapshotId)).find((path) => existsSync(path));
};
