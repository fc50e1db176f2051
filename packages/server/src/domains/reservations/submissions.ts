import type { Clock } from '../../platform/clock.ts';
import type { Database, Executor, Tx } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import { createBatchWriter, type BatchWriter } from '../../platform/ingest/index.ts';
import { takeDisk } from './disk-store.ts';
import { countWaiting, insertJobs, type NewJob } from './job-store.ts';
import { diskForJob, type DiskWish } from './make-disk.ts';
import { messageOf } from './processor/deps.ts';
import { lockQueues } from './quota-store.ts';

/** A job that was accepted, and what only the transaction that writes it can grant. */
export interface NewSubmission {
  readonly job: NewJob;
  /** Made where the user has none of that name; the job's from now on. */
  readonly disk: DiskWish | undefined;
  /** How many of the user's jobs may wait at once. */
  readonly maxQueued: number | null;
  /** Set once it is written. */
  messageId?: string;
}

/** Writes submissions of the same moment in one transaction; one that is refused is refused alone. */
export type Submissions = BatchWriter<NewSubmission>;

/** Throws `quota_exceeded` where `waiting` jobs and this many more are too many. */
export const refuseBeyondQueue = (maxQueued: number, waiting: number, more: number): void => {
  if (waiting + more > maxQueued)
    throw new AppError('quota_exceeded', { detail: `${waiting} of your jobs wait, and ${maxQueued} may` });
};

/** Whoever submits for the same users elsewhere waits until this transaction ends: the limit holds for all replicas. */
const checkQueues = async (tx: Tx, items: readonly NewSubmission[]): Promise<void> => {
  const limited = Map.groupBy(
    items.filter(({ maxQueued }) => maxQueued !== null),
    ({ job }) => job.userId,
  );
  if (limited.size === 0) return;
  await lockQueues(tx, [...limited.keys()]);
  for (const [userId, theirs] of limited)
    refuseBeyondQueue(theirs[0]?.maxQueued ?? 0, await countWaiting(tx, userId), theirs.length);
};

const withDisk = async (
  deps: { readonly newId: () => string },
  tx: Tx,
  { job, disk }: NewSubmission,
): Promise<NewJob> => (disk === undefined ? job : { ...job, diskId: await diskForJob(deps, tx, disk) });

/** In the order of their ids, so that two transactions wait for each other in one direction only. */
const takeDisks = async (tx: Tx, jobs: readonly NewJob[], items: readonly NewSubmission[]): Promise<void> => {
  const taken = jobs
    .flatMap(({ id, diskId }, n) =>
      diskId === null ? [] : [{ id, diskId, name: items[n]?.disk?.name ?? '' }],
    )
    .sort((a, b) => (a.diskId < b.diskId ? -1 : 1));
  for (const { id, diskId, name } of taken)
    if (!(await takeDisk(tx, diskId, id)))
      throw new AppError('disk_in_use', {
        detail: `Another job has the disk ${name}, or it is being copied`,
      });
};

interface WriteDeps {
  readonly newId: () => string;
  readonly queueName: string;
}

const writeJobs = async (
  deps: WriteDeps,
  db: Executor,
  jobs: readonly NewJob[],
  items: readonly NewSubmission[],
): Promise<void> => {
  const messageIds = await insertJobs(
    db,
    deps.queueName,
    jobs.map((job) => ({
      job,
      message: messageOf('create_reservation', { job_id: job.id }, job.userId, job.at),
    })),
  );
  for (const [n, item] of items.entries()) {
    const messageId = messageIds[n];
    if (messageId !== undefined) item.messageId = messageId;
  }
};

const writeAll =
  (deps: WriteDeps) =>
  async (tx: Tx, items: readonly NewSubmission[]): Promise<void> => {
    await checkQueues(tx, items);
    const jobs: NewJob[] = [];
    for (const item of items) jobs.push(await withDisk(deps, tx, item));
    await writeJobs(deps, tx, jobs, items);
    await takeDisks(tx, jobs, items);
  };

/** Most want no disk and have no limit of their own: then rows and messages are the one statement of `insertJobs`. */
const writeAtOnce = (deps: WriteDeps) => (items: readonly NewSubmission[]) => {
  const jobs = items.map(({ job }) => job);
  return items.every(({ disk, maxQueued }) => disk === undefined && maxQueued === null) &&
    jobs.every(({ diskId }) => diskId === null)
    ? (db: Executor) => writeJobs(deps, db, jobs, items)
    : undefined;
};

/** Requests' bodies are bounded before they come here; this bounds how many wait for a database that is slow. */
const maxBuffered = 5_000;
const maxBatch = 200;

export const createSubmissions = (deps: {
  readonly db: Database;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly newId: () => string;
  readonly queueName: string;
}): Submissions =>
  createBatchWriter<NewSubmission>({
    db: deps.db,
    clock: deps.clock,
    write: writeAll(deps),
    writeAtOnce: writeAtOnce(deps),
    maxBufferedRows: maxBuffered,
    maxBatchRows: maxBatch,
    gatherMs: 0,
  });
