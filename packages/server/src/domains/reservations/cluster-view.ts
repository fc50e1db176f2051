import type { Clock } from '../../platform/clock.ts';
import type { Database, Executor } from '../../platform/database/types.ts';
import {
  listNodeRows,
  listTypes,
  readCapacity,
  readOpenJobs,
  readOpenSums,
  readUsage,
  type GpuTypeRow,
  type NodeRow,
  type OpenJobs,
  type OpenSums,
} from './cluster-store.ts';
import { listMembers, listQuotas, quotaTable, type QuotaTable } from './quota-store.ts';
import { briefPause, createRestingPause, type Pause } from './pause.ts';
import type { CapacityReport } from './runtime/port.ts';
import { forecast, forecastInSteps, type Expected, type Forecast } from './scheduling/forecast.ts';
import { groupByType } from './scheduling/free-pools.ts';
import { decayedUse } from './scheduling/queue-order.ts';
import type { ClusterState, Pool } from './scheduling/types.ts';

/** Use counts half after this long: a week, as most clusters have it. */
export const usageHalfLifeMs = 7 * 24 * 3_600_000;
/** A report of nodes that is older is shown as stale. */
export const staleAfterMs = 60_000;
/** When what readers are shown is read anew, and how old it is at most. Schedulers read for themselves. */
const viewTtlMs = 1_000;
const viewMaxAgeMs = 3_000;
/** A large cluster is read less often, so that reading it takes no more than about a fiftieth of the time … */
const readsShare = 50;
/** … but before anybody has to wait for it. */
const viewLongestTtlMs = 2_500;

export interface ClusterView {
  readonly state: ClusterState;
  readonly types: ReadonlyMap<string, GpuTypeRow>;
  readonly nodes: ReadonlyMap<string, NodeRow>;
  readonly capacity: CapacityReport | undefined;
  readonly stale: boolean;
  readonly quotas: QuotaTable;
  readonly forecast: () => Forecast;
  /** All pools of a type. */
  readonly poolsOf: (gpuType: string) => readonly Pool[];
}

const isStale = (capacity: CapacityReport | undefined, nowMs: number): boolean =>
  capacity === undefined || nowMs - capacity.observedAtMs > staleAfterMs;

/** Why a node takes no jobs; null where it takes some. */
export const closedReason = (
  unschedulable: string | null,
  row: NodeRow | undefined,
  nowMs: number,
): string | null => {
  if (unschedulable !== null) return unschedulable;
  if (row === undefined) return null;
  if (row.cordoned) return row.reason === '' ? 'cordoned by an operator' : `cordoned: ${row.reason}`;
  const fromMs = row.maintenance_from?.getTime();
  const untilMs = row.maintenance_until?.getTime() ?? Number.POSITIVE_INFINITY;
  return fromMs !== undefined && fromMs <= nowMs && nowMs < untilMs ? `in maintenance: ${row.reason}` : null;
};

interface Taken {
  readonly units: number;
  readonly ids: readonly string[];
}

/** What jobs hold, by `node\ntype`. */
const takenBy = (held: OpenJobs['held']): ReadonlyMap<string, Taken> => {
  const taken = new Map<string, { units: number; ids: string[] }>();
  for (const job of held)
    for (const { node, units } of job.parts) {
      const key = `${node}\n${job.gpuType}`;
      const entry = taken.get(key) ?? { units: 0, ids: [] };
      entry.units += units;
      entry.ids.push(...(job.deviceIds.get(node) ?? []));
      taken.set(key, entry);
    }
  return taken;
};

/** The pools with what is free: what nodes have, minus what others use, minus what our jobs hold. */
const poolsOf = (
  capacity: CapacityReport | undefined,
  takenOf: (key: string) => Taken | undefined,
  nodes: ReadonlyMap<string, NodeRow>,
  nowMs: number,
): readonly Pool[] =>
  (capacity?.nodes ?? []).flatMap((node) => {
    const row = nodes.get(node.name);
    const closed = closedReason(
      node.ready ? node.unschedulableReason : (node.unschedulableReason ?? 'not ready'),
      row,
      nowMs,
    );
    const fromMs = row?.maintenance_from?.getTime() ?? null;
    return node.pools.map((pool) => {
      const taken = takenOf(`${node.name}\n${pool.gpuType}`);
      const gone = new Set([...(pool.foreignDeviceIds ?? []), ...(taken?.ids ?? [])]);
      return {
        node: node.name,
        gpuType: pool.gpuType,
        total: pool.total,
        free: Math.max(0, pool.total - pool.usedByOthers - (taken?.units ?? 0)),
        freeIds: pool.deviceIds?.filter((id) => !gone.has(id)) ?? null,
        closed,
        maintenanceFromMs: fromMs !== null && fromMs > nowMs ? fromMs : null,
      };
    });
  });

/** The cluster in sums: what there is, what is free, what waits. No job is told apart, and no device. */
export interface ClusterSums {
  readonly pools: readonly Pool[];
  readonly queued: ReadonlyMap<string, number>;
  readonly counts: OpenSums['counts'];
  readonly types: ReadonlyMap<string, GpuTypeRow>;
  readonly observedAtMs: number;
  readonly stale: boolean;
}

/** Reads the sums of one moment. Errors: the database's. */
export const readSums = async (db: Executor, runtime: string, nowMs: number): Promise<ClusterSums> => {
  const types = await listTypes(db);
  const capacity = await readCapacity(db, runtime);
  const nodes = new Map((await listNodeRows(db)).map((row) => [row.name, row]));
  const { held, queued, counts } = await readOpenSums(db);
  const taken = (key: string): Taken => ({ units: held.get(key) ?? 0, ids: [] });
  return {
    pools: poolsOf(capacity, taken, nodes, nowMs),
    queued,
    counts,
    types: new Map(types.map((row) => [row.gpu_type, row])),
    observedAtMs: capacity?.observedAtMs ?? nowMs,
    stale: isStale(capacity, nowMs),
  };
};

/** Reads one moment of the cluster. Errors: the database's. */
export const readView = async (
  db: Executor,
  runtime: string,
  nowMs: number,
  pause: Pause = briefPause,
): Promise<ClusterView> => {
  const types = await listTypes(db);
  const capacity = await readCapacity(db, runtime);
  const nodes = new Map((await listNodeRows(db)).map((row) => [row.name, row]));
  const quotas = quotaTable(await listQuotas(db), await listMembers(db));
  const open = await readOpenJobs(db, nowMs, pause);
  const taken = takenBy(open.held);
  const userIds = [...open.usernames.keys()];
  const used = new Map<string, number>();
  for (const row of await readUsage(db, userIds))
    used.set(row.user_id, decayedUse(row.gpu_seconds, nowMs - row.as_of.getTime(), usageHalfLifeMs) / 3600);
  for (const [userId, seconds] of open.runningGpuSeconds)
    used.set(userId, (used.get(userId) ?? 0) + seconds / 3600);
  const state: ClusterState = {
    nowMs,
    pools: poolsOf(capacity, (key) => taken.get(key), nodes, nowMs),
    held: open.held,
    waiting: open.waiting,
    allowanceOf: (userId) => quotas.ofUser(open.usernames.get(userId) ?? userId),
    groups: quotas.groups,
    usedGpuHours: used,
  };
  let forecasted: Forecast | undefined;
  let grouped: ReadonlyMap<string, readonly Pool[]> | undefined;
  return {
    state,
    types: new Map(types.map((row) => [row.gpu_type, row])),
    nodes,
    capacity,
    stale: isStale(capacity, nowMs),
    quotas,
    forecast: () => (forecasted ??= forecast(state)),
    poolsOf: (gpuType) => (grouped ??= groupByType(state.pools)).get(gpuType) ?? [],
  };
};

export interface ClusterViews {
  /** A second old, three at most; one read at a time, however many ask. */
  current(): Promise<ClusterView>;
  /** The same in sums, which cost a fraction of it. */
  sums(): Promise<ClusterSums>;
  /** What a job may expect that was just written, by the view that it was decided on. Whoever comes next comes after it. */
  enter(view: ClusterView, job: WrittenJob): Expected;
  /** The next reader reads anew. */
  invalidate(): void;
}

type WrittenJob = Parameters<Forecast['admit']>[0];

/**
 * What was read last. After a second it is read anew, while readers go on with what is there: nobody waits for a read,
 * unless nobody asked for a while or it was told to be forgotten. One read at a time, however many ask.
 */
const remembered = <T>(clock: Clock, read: (pause: Pause) => Promise<T>) => {
  let last: { readonly readAtMs: number; readonly value: Promise<T> } | undefined;
  let refreshing: object | undefined;
  let ttlMs = viewTtlMs;
  const timed = async (pause: Pause): Promise<T> => {
    const startedMs = clock.monotonicMs();
    const value = await read(pause);
    const tookMs = clock.monotonicMs() - startedMs;
    ttlMs = Math.min(viewLongestTtlMs, Math.max(viewTtlMs, tookMs * readsShare));
    return value;
  };
  const readAnew = (): Promise<T> => {
    const value = timed(briefPause);
    const made = { readAtMs: clock.monotonicMs(), value };
    last = made;
    value.catch(() => {
      if (last === made) last = undefined;
    });
    return value;
  };
  const refresh = (): void => {
    const own = {};
    refreshing = own;
    const readAtMs = clock.monotonicMs();
    timed(createRestingPause(clock))
      .then(
        (value) => {
          // Forgotten meanwhile: what was read may be older than what it was forgotten for.
          if (refreshing === own) last = { readAtMs, value: Promise.resolve(value) };
        },
        // What is there serves until it is too old; then whoever asks hears of the failure.
        () => undefined,
      )
      .finally(() => {
        if (refreshing === own) refreshing = undefined;
      });
  };
  return {
    get: (): Promise<T> => {
      const ageMs = last === undefined ? Number.POSITIVE_INFINITY : clock.monotonicMs() - last.readAtMs;
      if (last === undefined || ageMs > viewMaxAgeMs) return readAnew();
      if (ageMs > ttlMs && refreshing === undefined) refresh();
      return last.value;
    },
    forget: (): void => {
      last = undefined;
      refreshing = undefined;
    },
  };
};

/** Lets requests pass between two steps: nobody waits for the whole of it. */
const gradually = async <T>(steps: Generator<undefined, T>, pause: Pause): Promise<T> => {
  for (;;) {
    await pause();
    const step = steps.next();
    if (step.done === true) return step.value;
  }
};

export const createClusterViews = ({
  db,
  clock,
  runtime,
}: {
  readonly db: Database;
  readonly clock: Clock;
  readonly runtime: string;
}): ClusterViews => {
  let shown: ClusterView | undefined;
  // Jobs that were written here while a view was being read, which may not have seen them.
  let written: { readonly job: WrittenJob; readonly atMs: number }[] = [];
  const view = remembered(clock, async (pause) => {
    const startedMs = clock.monotonicMs();
    const now = await readView(db, runtime, clock.nowMs(), pause);
    const forecasted = await gradually(forecastInSteps(now.state), pause);
    const read: ClusterView = { ...now, forecast: () => forecasted };
    written = written.filter(({ atMs }) => atMs >= startedMs);
    shown = read;
    if (written.length === 0) return read;
    const held = new Set(read.state.held.map(({ jobId }) => jobId));
    for (const { job } of written) if (!held.has(job.jobId)) read.forecast().admit(job);
    return read;
  });
  const sums = remembered(clock, () => readSums(db, runtime, clock.nowMs()));
  return {
    current: view.get,
    sums: sums.get,
    enter: (decidedOn, job) => {
      written.push({ job, atMs: clock.monotonicMs() });
      const expected = decidedOn.forecast().ofNewcomer(job);
      for (const { forecast: of } of new Set([decidedOn, shown ?? decidedOn])) of().admit(job);
      return expected;
    },
    invalidate: () => {
      view.forget();
      sums.forget();
    },
  };
};
