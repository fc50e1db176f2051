import type { Executor } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import { countDisks, findDiskByName, insertDisk } from './disk-store.ts';

export interface DiskWish {
  readonly userId: string;
  readonly username: string;
  readonly name: string;
  readonly sizeGb: number | undefined;
  readonly at: Date;
}

const defaultDiskGb = 100;
/** Disks of one user at once, deleted ones that can still be had back included. */
const maxDisksPerUser = 100;

/** Writes a new disk. Errors: `already_exists`, `conflict` beyond the maximum. */
export const makeDisk = async (
  deps: { readonly newId: () => string },
  tx: Executor,
  wish: DiskWish,
  sourceSnapshotId: string | null = null,
): Promise<string> => {
  if ((await countDisks(tx, wish.userId)) >= maxDisksPerUser)
    throw new AppError('conflict', { detail: `You have ${maxDisksPerUser} disks: delete some first` });
  const id = deps.newId();
  const { userId, username, name, at } = wish;
  const made = await insertDisk(tx, {
    id,
    userId,
    username,
    name,
    at,
    sizeGb: wish.sizeGb ?? defaultDiskGb,
    sourceSnapshotId,
  });
  if (!made) throw new AppError('already_exists', { detail: `You have a disk ${name}` });
  return id;
};

/** The user's disk of this name, which a job may have; undefined: there is none yet. Errors: `disk_in_use`, `conflict`. */
export const freeDisk = async (
  db: Executor,
  wish: Pick<DiskWish, 'userId' | 'name'>,
): Promise<{ readonly id: string } | undefined> => {
  const found = await findDiskByName(db, wish.userId, wish.name);
  if (found?.deleted_at !== null) return undefined;
  if (found.job_id !== null)
    throw new AppError('disk_in_use', {
      detail: `Job ${found.job_id.slice(0, 8)} has the disk ${wish.name}`,
    });
  if (found.status === 'failed')
    throw new AppError('conflict', {
      detail: `The disk could not be made: ${found.status_detail ?? 'unknown'}`,
    });
  return found;
};

/** The same for a job, made where there is none. */
export const diskForJob = async (
  deps: { readonly newId: () => string },
  tx: Executor,
  wish: DiskWish,
): Promise<string> => (await freeDisk(tx, wish))?.id ?? makeDisk(deps, tx, wish);
