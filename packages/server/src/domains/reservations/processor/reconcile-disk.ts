import {
  findDisk,
  findOperation,
  notePurged,
  setDiskStatus,
  takePurgeable,
  updateOperation,
  type DiskRow,
  type OperationRow,
} from '../disk-store.ts';
import { backoffMs } from '../life.ts';
import type { DiskProgress, DiskRef, Runtime } from '../runtime/port.ts';
import {
  countSnapshots,
  findSnapshot,
  finishSnapshot,
  forgetSnapshot,
  takeOldSnapshots,
  type SnapshotRow,
} from '../snapshot-store.ts';
import type { ProcessorDeps } from './deps.ts';

/** An operation that is tried this often in vain has failed. */
const maxAttempts = 30;
const pendingLookMs = 1_000;
const contentBytes = 256 * 1024;
const sweptAtOnce = 50;

const refOf = (disk: DiskRow) => ({ diskId: disk.id, userId: disk.user_id, sizeGb: disk.size_gb });

/** What a snapshot holds, for people to find what they look for; null: it cannot be said. Undefined: not yet. */
export const contentOf = async (
  { disks }: Pick<Runtime, 'disks'>,
  disk: DiskRef,
  snapshotId: string,
): Promise<string | null | undefined> => {
  const listed = await disks.listContent(disk, snapshotId, contentBytes);
  if (listed.kind === 'pending') return undefined;
  return listed.kind === 'done' ? listed.content : null;
};

/** The snapshot that a disk is made from must be there first: a clone of a disk that has none takes one. */
const sourceProgress = async (deps: ProcessorDeps, disk: DiskRow): Promise<DiskProgress> => {
  if (disk.source_snapshot_id === null) return { kind: 'done' };
  const snapshot = await findSnapshot(deps.db, disk.source_snapshot_id);
  if (snapshot === undefined) return { kind: 'failed', reason: 'The snapshot is gone' };
  if (snapshot.status === 'ready') return { kind: 'done' };
  if (snapshot.status !== 'creating') return { kind: 'failed', reason: 'The snapshot could not be made' };
  const source = await findDisk(deps.db, snapshot.disk_id);
  if (source === undefined) return { kind: 'failed', reason: 'The disk to copy is gone' };
  const made = await deps.runtime.disks.snapshot(refOf(source), snapshot.id);
  if (made.kind === 'pending') return made;
  const at = new Date(deps.clock.nowMs());
  const content = made.kind === 'done' ? await contentOf(deps.runtime, refOf(source), snapshot.id) : null;
  if (content === undefined) return { kind: 'pending', progress: 'What is in the snapshot is being listed' };
  await finishSnapshot(deps.db, snapshot.id, {
    status: made.kind === 'done' ? 'ready' : 'failed',
    detail: made.kind === 'failed' ? made.reason : null,
    sizeBytes: made.kind === 'done' ? made.sizeBytes : null,
    content,
    at,
  });
  return made;
};

/** Makes what the disk's row says, where it is not made yet. */
export const makeDisk = async (deps: ProcessorDeps, disk: DiskRow): Promise<DiskProgress> => {
  // A deleted one is made all the same: whoever has it back expects it whole.
  if (disk.status === 'ready' || disk.purging_at !== null) return { kind: 'done' };
  const source = await sourceProgress(deps, disk);
  const made =
    source.kind === 'done' ? await deps.runtime.disks.ensure(refOf(disk), disk.source_snapshot_id) : source;
  if (made.kind === 'done') await setDiskStatus(deps.db, disk.id, 'ready', null);
  if (made.kind === 'failed') await setDiskStatus(deps.db, disk.id, 'failed', made.reason);
  return made;
};

const progressOf = async (deps: ProcessorDeps, operation: OperationRow): Promise<DiskProgress> => {
  const disk = await findDisk(deps.db, operation.disk_id);
  if (disk === undefined) return { kind: 'failed', reason: 'The disk is gone' };
  // Deleting is a mark that the request has set; what the disk holds goes when its time is over.
  if (operation.action !== 'create' && operation.action !== 'clone') return { kind: 'done' };
  return makeDisk(deps, disk);
};

/** A snapshot that is never finished would keep its disk from every job. */
const giveSourceFree = async (deps: ProcessorDeps, diskId: string, reason: string): Promise<void> => {
  const snapshotId = (await findDisk(deps.db, diskId))?.source_snapshot_id;
  if (snapshotId === null || snapshotId === undefined) return;
  const at = new Date(deps.clock.nowMs());
  const end = { status: 'failed', detail: reason, sizeBytes: null, content: null, at } as const;
  await finishSnapshot(deps.db, snapshotId, end);
};

/** Moves one operation on a disk one step. Answers false where there is no such operation. */
export const reconcileOperation = async (deps: ProcessorDeps, id: string): Promise<boolean> => {
  const operation = await findOperation(deps.db, id);
  if (operation === undefined) return false;
  if (operation.status === 'completed' || operation.status === 'failed') return true;
  const nowMs = deps.clock.nowMs();
  const write = (status: OperationRow['status'], error: string | null, inMs = 0) =>
    updateOperation(deps.db, id, { status, error, at: new Date(nowMs), dueAt: new Date(nowMs + inMs) });
  try {
    const made = await progressOf(deps, operation);
    if (made.kind === 'done') await write('completed', null);
    else if (made.kind === 'failed') await write('failed', made.reason);
    else await write('running', null, pendingLookMs);
  } catch (err) {
    deps.log.warn({ err, operation_id: id }, 'an operation on a disk failed');
    const reason = err instanceof Error ? err.message : String(err);
    if (operation.attempts >= maxAttempts) {
      await setDiskStatus(deps.db, operation.disk_id, 'failed', reason);
      await giveSourceFree(deps, operation.disk_id, reason);
      await write('failed', `Given up after ${maxAttempts} attempts: ${reason}`);
    } else await write('running', null, backoffMs(operation.attempts));
  }
  return true;
};

const removeSnapshot = async (deps: ProcessorDeps, snapshot: SnapshotRow): Promise<void> => {
  const disk = await findDisk(deps.db, snapshot.disk_id);
  const removed =
    disk === undefined ? { kind: 'done' } : await deps.runtime.disks.removeSnapshot(refOf(disk), snapshot.id);
  if (removed.kind === 'done') await forgetSnapshot(deps.db, snapshot.id);
};

/** Removes snapshots that are kept no longer, and what disks hold whose time to change one's mind is over. */
export const sweepDisks = async (deps: ProcessorDeps): Promise<void> => {
  const now = new Date(deps.clock.nowMs());
  const purging = await takePurgeable(deps.db, now, sweptAtOnce);
  for (const snapshot of await takeOldSnapshots(deps.db, now, sweptAtOnce))
    await removeSnapshot(deps, snapshot);
  for (const disk of purging) {
    if ((await countSnapshots(deps.db, disk.id)) > 0) continue;
    const removed = await deps.runtime.disks.remove(refOf(disk));
    if (removed.kind === 'done') await notePurged(deps.db, disk.id, now);
  }
};
