import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { ProcessorDeps } from '../../domains/reservations/processor/deps.ts';
import { createProcessor, type Processor } from '../../domains/reservations/processor/processor.ts';
import type { Runtime, RuntimeDisks, WorkloadObservation } from '../../domains/reservations/runtime/port.ts';
import type { Database } from '../../platform/database/index.ts';
import { systemClock } from '../../platform/clock.ts';
import { createQueueSender, createQueueWorker, ensureQueue } from '../../platform/queue/index.ts';

/** A clock that stands until it is moved. */
export interface HandClock {
  ms: number;
  nowMs(): number;
  monotonicMs(): number;
}
export const handClock = (ms = Date.UTC(2026, 0, 1)): HandClock => ({
  ms,
  nowMs() {
    return this.ms;
  },
  monotonicMs() {
    return this.ms;
  },
});

export const runningJob = (jobId: string): WorkloadObservation => ({
  jobId,
  profile: 'restricted',
  state: { kind: 'running' },
  members: [],
  jupyter: { url: null, error: null },
  oomCount: 0,
  lastOomAtMs: null,
});

const done = () => Promise.resolve({ kind: 'done' } as const);
const plainDisks: RuntimeDisks = {
  ensure: done,
  snapshot: () => Promise.resolve({ kind: 'done', sizeBytes: 0 }),
  listContent: () => Promise.resolve({ kind: 'done', content: null }),
  removeSnapshot: done,
  remove: done,
};

/** A runtime in which everything runs; a test says what is different in it. */
export const fakeRuntime = ({
  disks,
  ...different
}: Partial<Omit<Runtime, 'disks'>> & { readonly disks?: Partial<RuntimeDisks> } = {}): Runtime => ({
  name: 'fake',
  start: () => Promise.resolve(),
  stop: () => Promise.resolve(),
  onChange: () => undefined,
  refuses: () => null,
  capacity: () => Promise.resolve({ nodes: [], observedAtMs: 0 }),
  ensure: () => Promise.resolve(),
  observe: ({ jobId }) => Promise.resolve(runningJob(jobId)),
  list: () => Promise.resolve([]),
  remove: () => Promise.resolve(),
  logs: () => Promise.resolve(''),
  terminal: () => Promise.reject(new Error('There are no terminals here')),
  notify: () => Promise.resolve(),
  activity: () => Promise.reject(new Error('There is no activity here')),
  describe: () => Promise.resolve({}),
  ...different,
  disks: { ...plainDisks, ...disks },
});

/** What the processor stands on, with a runtime and a clock of the test's. */
export const processorDeps = async (
  db: Database,
  given: Partial<ProcessorDeps> = {},
): Promise<ProcessorDeps> => {
  const queues = { jobs: 'gpu_reservations', disks: 'disk_operations' };
  for (const queue of Object.values(queues)) await ensureQueue(db, queue);
  return {
    db,
    clock: handClock(),
    log: pino({ level: 'silent' }),
    newId: randomUUID,
    sender: createQueueSender(),
    sealer: { seal: (text) => text, unseal: (text) => text, needsReseal: () => false },
    runtime: fakeRuntime(),
    githubKeys: { of: () => Promise.resolve({ keys: [], problem: undefined }) },
    limits: { maxHours: 48, maxTotalHours: 168, graceSeconds: 60, idleMinutes: undefined },
    queues,
    recordUsage: () => Promise.resolve(),
    tieProcesses: () => Promise.resolve(),
    owners: { isShutOut: () => Promise.resolve(false), onChange: () => undefined },
    recordEnding: () => Promise.resolve(),
    workerId: randomUUID(),
    claimSeconds: 30,
    ...given,
  };
};

/** The real processor on these: both queues, the sweeps and the passes. It looks often, so that tests need not wait. */
export const processorOn = (deps: ProcessorDeps): Processor => {
  const { db, log } = deps;
  const clock = systemClock();
  return createProcessor({
    ...deps,
    makeWorker: (options) => createQueueWorker({ db, clock, log, random: Math.random }, options),
    pauses: { busyMs: 20, quietMs: 60, capacityMs: 300, orphansMs: 500, disksMs: 500, homeMs: 200 },
  });
};
