import { uuidPattern } from '@gpushield/contracts';
import type {
  Outcome,
  QueueHandler,
  QueueMessage,
  QueueWorker,
  WorkerOptions,
} from '../../../platform/queue/index.ts';
import { makeDue, makeDueOfUser } from '../job-store.ts';
import { messageOf, type ProcessorDeps } from './deps.ts';
import { keepHome, type Keeper } from './keep-home.ts';
import { reconcileOperation } from './reconcile-disk.ts';
import { reconcileJob } from './reconcile-job.ts';
import { createPassRunner, type PassRunner } from './schedule-pass.ts';
import { defaultPauses, startSweeps, type Loop, type SweepPauses } from './sweep.ts';

export interface Processor {
  start(): Promise<void>;
  /** Takes no more and lets what is under way end; jobs keep running. */
  stop(): Promise<void>;
}

export interface ProcessorOptions extends Omit<ProcessorDeps, 'workerId' | 'claimSeconds'> {
  readonly makeWorker: (options: WorkerOptions) => QueueWorker;
  readonly claimSeconds?: number;
  readonly pauses?: SweepPauses;
}

const concurrency = 16;
const stopGraceMs = 5_000;
const busyRetrySeconds = 1;

/** The id in a message's field; undefined for what is no message of ours. */
const idIn = (message: QueueMessage, field: 'job_id' | 'operation_id'): string | undefined => {
  const { body } = message;
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, field) : undefined;
  return typeof value === 'string' && uuidPattern.test(value) ? value : undefined;
};

/** Has a job looked at soon, since something about it changed. */
const waker =
  (base: ProcessorDeps) =>
  (jobId: string): void => {
    const at = new Date(base.clock.nowMs());
    base.db
      .transaction(async (tx) => {
        await makeDue(tx, jobId, at);
        await base.sender.send(tx, base.queues.jobs, messageOf('look', { job_id: jobId }, 'runtime', at));
      })
      .catch((err: unknown) => {
        // The next sweep looks anyway.
        base.log.debug({ err, job_id: jobId }, 'a change of a job could not be told');
      });
  };

/** The same for every job of a user: what they may changed. */
const userWaker =
  (base: ProcessorDeps) =>
  (userId: string): void => {
    const at = new Date(base.clock.nowMs());
    base.db
      .transaction(async (tx) => {
        const ids = await makeDueOfUser(tx, userId, at);
        if (ids.length === 0) return;
        const bodies = ids.map((id) => messageOf('look', { job_id: id }, 'accounts', at));
        await base.sender.sendBatch(tx, base.queues.jobs, bodies);
      })
      .catch((err: unknown) => {
        base.log.debug({ err, user_id: userId }, 'a change of a user could not be told');
      });
  };

const workersOf = (
  { makeWorker, queues }: ProcessorOptions,
  onJob: QueueHandler,
  onOperation: QueueHandler,
): readonly QueueWorker[] => [
  makeWorker({ queue: queues.jobs, concurrency, whenDone: 'delete', maxAttempts: 100, handler: onJob }),
  makeWorker({ queue: queues.disks, concurrency: 4, maxAttempts: 100, handler: onOperation }),
];

/**
 * Works both queues. A message says which job or disk to look at and nothing that is believed beyond that: what should
 * be is in the rows. So duplicates, reordering and forged fields are harmless.
 */
export const createProcessor = (options: ProcessorOptions): Processor => {
  const base: ProcessorDeps = { claimSeconds: 30, ...options, workerId: options.newId() };
  const pauses = options.pauses ?? defaultPauses;
  let passes: PassRunner | undefined;
  let workers: readonly QueueWorker[] = [];
  let loops: readonly Loop[] = [];

  const onJob = async (message: QueueMessage): Promise<Outcome> => {
    const jobId = idIn(message, 'job_id');
    if (jobId === undefined) return { kind: 'dead', reason: 'The message names no job' };
    const result = await reconcileJob({ ...base, workerId: base.newId() }, jobId, () => passes?.request());
    if (result === 'unknown') return { kind: 'dead', reason: 'There is no such job' };
    return result === 'busy'
      ? { kind: 'retry', reason: 'Another worker has the job', delaySeconds: busyRetrySeconds }
      : { kind: 'done' };
  };
  const onOperation = async (message: QueueMessage): Promise<Outcome> => {
    const id = idIn(message, 'operation_id');
    if (id === undefined) return { kind: 'dead', reason: 'The message names no operation' };
    return (await reconcileOperation({ ...base, workerId: base.newId() }, id))
      ? { kind: 'done' }
      : { kind: 'dead', reason: 'There is no such operation' };
  };
  const wake = waker(base);

  const begin = async (): Promise<void> => {
    workers = workersOf(options, onJob, onOperation);
    for (const worker of workers) await worker.start();
    passes = createPassRunner(base);
    loops = startSweeps(base, pauses, () => passes?.request());
  };
  const end = async (): Promise<void> => {
    await Promise.all(loops.map((loop) => loop.stop()));
    await Promise.all(workers.map((worker) => worker.stop(stopGraceMs)));
    await passes?.stop();
  };
  let keeper: Keeper | undefined;

  return {
    start: async () => {
      base.runtime.onChange(wake);
      base.owners.onChange(userWaker(base));
      const home = base.runtime.home?.();
      if (home === undefined) return begin();
      keeper = keepHome(base, home, { begin, end }, pauses.homeMs);
      return keeper.start();
    },
    stop: () => (keeper === undefined ? end() : keeper.stop()),
  };
};
