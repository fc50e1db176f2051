import { createFreePools, groupByType, type FreePools } from './free-pools.ts';
import { orderQueues } from './queue-order.ts';
import { createQuotaBook } from './quota-book.ts';
import type { ClusterState, HeldJob, Pool, WaitingJob } from './types.ts';

/** When a job is expected to start, and what it waits for. */
export interface Expected {
  /** From 1, among the jobs of its type. */
  readonly position: number;
  /** Null: it cannot be said (its quota is used up, or no node will ever have the room). */
  readonly startMs: number | null;
  /** The last jobs that must end before it; the latest last, three at most. */
  readonly waitsFor: readonly { readonly jobId: string; readonly endsAtMs: number }[];
  readonly quota: string | undefined;
}

export interface Forecast {
  readonly jobs: ReadonlyMap<string, Expected>;
  /** What a job that is last in line may expect. */
  ofNewcomer(job: Newcomer): Expected;
  /** Puts a job at the end of its line, so that the next newcomer comes after it; one that is in line stays where it is. */
  admit(job: Newcomer & Pick<WaitingJob, 'jobId' | 'durationMs'>): void;
}

type Newcomer = Pick<WaitingJob, 'gpuType' | 'units' | 'nodes' | 'userId' | 'gpus'>;

interface Ending {
  readonly endsAtMs: number;
  readonly jobId: string;
  readonly parts: readonly { readonly index: number; readonly units: number }[];
}

const waitsForShown = 3;

/** A binary heap by time: endings are taken out in order while new ones come in. */
const createEndings = (given: readonly Ending[]) => {
  const heap: Ending[] = [...given].sort((a, b) => a.endsAtMs - b.endsAtMs);
  const timeAt = (index: number): number => heap[index]?.endsAtMs ?? Number.POSITIVE_INFINITY;
  const swap = (a: number, b: number): void => {
    const [first, second] = [heap[a], heap[b]];
    if (first === undefined || second === undefined) return;
    heap[a] = second;
    heap[b] = first;
  };
  const sink = (): void => {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const child = timeAt(left + 1) < timeAt(left) ? left + 1 : left;
      if (timeAt(child) >= timeAt(at)) return;
      swap(at, child);
      at = child;
    }
  };
  return {
    push: (ending: Ending): void => {
      heap.push(ending);
      for (let at = heap.length - 1; at > 0;) {
        const parent = (at - 1) >> 1;
        if (timeAt(parent) <= timeAt(at)) return;
        swap(at, parent);
        at = parent;
      }
    },
    pop: (): Ending | undefined => {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined || heap.length === 0) return first;
      heap[0] = last;
      sink();
      return first;
    },
  };
};

/** Whether enough pools have as much in all; counted once for each size, not for each job. */
const createFitting = (pools: readonly Pool[]) => {
  const counts = new Map<number, number>();
  return (units: number, nodes: number): boolean => {
    let count = counts.get(units);
    if (count === undefined) {
      count = pools.filter(({ closed, total }) => closed === null && total >= units).length;
      counts.set(units, count);
    }
    return count >= nodes;
  };
};

/** One type's queue, played forward: each job in its turn, as soon as held and earlier jobs have ended. */
const createTimeline = (pools: readonly Pool[], held: readonly HeldJob[], nowMs: number) => {
  const free: FreePools = createFreePools(pools);
  const endings = createEndings(
    held.map(({ jobId, endsAtMs, parts }) => ({
      jobId,
      endsAtMs,
      parts: parts.flatMap(({ node, units }) => {
        const index = free.indexOf(node);
        return index === undefined ? [] : [{ index, units }];
      }),
    })),
  );
  let clockMs = nowMs;
  const recent: { jobId: string; endsAtMs: number }[] = [];
  let impossible = false;

  const find = (units: number, nodes: number): readonly number[] | undefined => {
    for (;;) {
      const found = free.find(units, nodes);
      if (found !== undefined) return found;
      const ending = endings.pop();
      if (ending === undefined) return undefined;
      clockMs = Math.max(clockMs, ending.endsAtMs);
      recent.push({ jobId: ending.jobId, endsAtMs: ending.endsAtMs });
      if (recent.length > waitsForShown) recent.shift();
      for (const { index, units: given } of ending.parts) free.give(index, given);
    }
  };
  const largestFits = createFitting(pools);

  return {
    place: (job: Pick<WaitingJob, 'jobId' | 'units' | 'nodes' | 'durationMs'>) => {
      if (impossible || !largestFits(job.units, job.nodes)) return undefined;
      const found = find(job.units, job.nodes);
      if (found === undefined) {
        impossible = true;
        return undefined;
      }
      for (const index of found) free.take(index, job.units);
      const parts = found.map((index) => ({ index, units: job.units }));
      endings.push({ jobId: job.jobId, endsAtMs: clockMs + job.durationMs, parts });
      return { startMs: clockMs, waitsFor: clockMs > nowMs ? [...recent] : [] };
    },
    peek: (units: number, nodes: number) => {
      if (impossible || !largestFits(units, nodes)) return undefined;
      const found = find(units, nodes);
      return found === undefined
        ? undefined
        : { startMs: clockMs, waitsFor: clockMs > nowMs ? [...recent] : [] };
    },
  };
};

type Timeline = ReturnType<typeof createTimeline>;

type Place = Omit<Expected, 'quota'>;

const placeOf = (position: number, placed: ReturnType<Timeline['peek']>): Place => ({
  position,
  startMs: placed?.startMs ?? null,
  waitsFor: placed?.waitsFor ?? [],
});

/** Who stands in one type's queue, and what whoever comes next may expect. */
const createLine = (fresh: () => Timeline) => {
  const timeline = fresh();
  let length = 0;
  // Looking at the end of a timeline moves it forward, so demands are remembered: the same one gets the same answer.
  const seen = new Map<string, Place>();
  return {
    join: (job: WaitingJob, quota: string | undefined): Expected => {
      length += 1;
      seen.clear();
      return { ...placeOf(length, quota === undefined ? timeline.place(job) : undefined), quota };
    },
    lookAtEnd: ({ units, nodes }: Newcomer): Place => {
      const key = `${units} ${nodes}`;
      // With nobody ahead the present counts; behind others, the end of their timeline.
      const known =
        seen.get(key) ?? placeOf(length + 1, (length === 0 ? fresh() : timeline).peek(units, nodes));
      seen.set(key, known);
      return known;
    },
  };
};

/**
 * Plays every queue forward from what is held, strictly in order and to the full duration of every job. Jobs end early
 * as well, and backfill lets short ones in: the real start comes at the forecast or before, unless jobs with more
 * priority arrive or held ones are extended.
 */
export const forecast = (state: ClusterState): Forecast => {
  const steps = forecastInSteps(state);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

/** Jobs that are placed between two pauses. */
const jobsInStep = 500;

/** The same with pauses, for those who have other work to do meanwhile. */
export function* forecastInSteps(state: ClusterState): Generator<undefined, Forecast> {
  const { nowMs } = state;
  const pools = groupByType(state.pools);
  const heldByType = Map.groupBy(state.held, ({ gpuType }) => gpuType);
  const quotas = createQuotaBook(state);
  const jobs = new Map<string, Expected>();
  const lines = new Map<string, ReturnType<typeof createLine>>();
  const lineOf = (type: string) => {
    const line =
      lines.get(type) ??
      createLine(() => createTimeline(pools.get(type) ?? [], heldByType.get(type) ?? [], nowMs));
    lines.set(type, line);
    return line;
  };
  const join = (job: WaitingJob): void => {
    jobs.set(job.jobId, lineOf(job.gpuType).join(job, quotas.refuses(job)));
  };
  const asWaiting = (job: Newcomer): WaitingJob => ({
    jobId: '',
    durationMs: 0,
    ...job,
    priority: 0,
    createdAtMs: nowMs,
  });
  const queues = orderQueues(state);
  yield;
  for (const queue of queues.values())
    for (const [index, job] of queue.entries()) {
      join(job);
      if (index % jobsInStep === jobsInStep - 1) yield;
    }
  return {
    jobs,
    ofNewcomer: (job) => {
      const place = lineOf(job.gpuType).lookAtEnd(job);
      const quota = quotas.refuses(asWaiting(job));
      return { ...place, startMs: quota === undefined ? place.startMs : null, quota };
    },
    admit: (job) => {
      if (!jobs.has(job.jobId)) join(asWaiting(job));
    },
  };
}
