import { randomUUID } from 'node:crypto';
import {
  chownSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalDisks } from './disks.ts';
import { createLayout, type Layout } from './layout.ts';
import { jobUid } from './sandbox.ts';

const isRoot = process.getuid?.() === 0;
let root = '';
let layout: Layout;
let disk = { diskId: '', userId: 'user', sizeGb: 1 };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'gpushield-disks-'));
  layout = createLayout(root);
  disk = { ...disk, diskId: randomUUID() };
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** A file of the job's own. */
const write = (name: string, text: string): void => {
  const path = join(layout.disk(disk.diskId), name);
  writeFileSync(path, text);
  if (isRoot) chownSync(path, jobUid, jobUid);
};
const finished = async (work: () => Promise<{ kind: string }>): Promise<{ kind: string }> => {
  let last = await work();
  await expect
    .poll(async () => (last.kind === 'pending' ? (last = await work()).kind : last.kind))
    .not.toBe('pending');
  return last;
};

describe('copies of disks', () => {
  it('are whole, and links in them stay links', async () => {
    const disks = createLocalDisks(layout, isRoot);
    await disks.ensure(disk, null);
    write('note', 'kept');
    symlinkSync('/etc/shadow', join(layout.disk(disk.diskId), 'link'));
    const snapshotId = randomUUID();
    expect(await finished(() => disks.snapshot(disk, snapshotId))).toEqual({ kind: 'done', sizeBytes: 4 });
    const copy = { ...disk, diskId: randomUUID() };
    expect(await finished(() => disks.ensure(copy, snapshotId))).toEqual({ kind: 'done' });
    const directory = layout.disk(copy.diskId);
    expect(readFileSync(join(directory, 'note'), 'utf8')).toBe('kept');
    expect(readlinkSync(join(directory, 'link'))).toBe('/etc/shadow');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    if (isRoot) expect(statSync(directory).uid).toBe(jobUid);
  });

  it.skipIf(!isRoot)('of a server that is root read nothing that jobs may not read', async () => {
    const disks = createLocalDisks(layout, true);
    await disks.ensure(disk, null);
    // As when a job swaps a directory for something else between two looks of the copy.
    writeFileSync(join(layout.disk(disk.diskId), 'key'), 'of the server', { mode: 0o600 });
    const snapshotId = randomUUID();
    const made = await finished(() => disks.snapshot(disk, snapshotId));
    expect(made).toMatchObject({ kind: 'failed' });
    expect(JSON.stringify(made)).toContain('Permission denied');
  });

  it('are measured and listed up to a bound, whatever a job made', async () => {
    const bounded = createLocalDisks(layout, isRoot, { listed: 5, measured: 8 });
    await bounded.ensure(disk, null);
    for (let n = 0; n < 8; n += 1) write(`file-${String(n)}`, 'text');
    const first = randomUUID();
    expect(await finished(() => bounded.snapshot(disk, first))).toEqual({ kind: 'done', sizeBytes: 32 });
    const listed = await bounded.listContent(disk, first, 65_536);
    const content = listed.kind === 'done' ? listed.content : null;
    expect(content?.match(/file-/g)).toHaveLength(5);
    expect(content).toMatch(/… and more$/);
    write('one-more', 'text');
    const second = randomUUID();
    expect(await finished(() => bounded.snapshot(disk, second))).toEqual({ kind: 'done', sizeBytes: null });
  });
});
