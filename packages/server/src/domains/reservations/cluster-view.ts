import type { Clock } from '../../platform/clock.ts';
import type { Database, Executor } from '../../platform/database/types.ts';
import {
  listNodeRows,
  listTypes,
  readCapacity,
  readOpenJobs,
  readUsage,
  type GpuTypeRow,
  type NodeRow,
  type OpenJobs,
} from './cluster-store.ts';
import { listMembers, listQuotas, quotaTable, type QuotaTable } from './quota-store.ts';
import type { CapacityReport } from './runtime/port.ts';
import { forecast, type Forecast } from './scheduling/forecast.ts';
import { decayedUse } from './scheduling/queue-order.ts';
import type { ClusterState, Pool } from './scheduling/types.ts';

/** Use counts half after this long: a week, as most clusters have it. */
export const usageHalfLifeMs = 7 * 24 * 3_600_000;
/** A report of nodes that is older is shown as stale. */
export const staleAfterMs = 60_000;
/** How old what readers are shown may be. Schedulers read anew. */
const viewTtlMs = 1_000;

export interface ClusterView {
  readonly state: ClusterState;
  readonly types: ReadonlyMap<string, GpuTypeRow>;
  readonly nodes: ReadonlyMap<string, NodeRow>;
  readonly capacity: CapacityReport | undefined;
  readonly stale: boolean;
  readonly quotas: QuotaTable;
  readonly counts: OpenJobs['counts'];
  readonly forecast: () => Forecast;
}

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

/** The pools with what is free: what nodes have, minus what others use, minus what our jobs hold. */
export const poolsOf = (
  capacity: CapacityReport | undefined,
  open: Pick<OpenJobs, 'held'>,
  nodes: ReadonlyMap<string, NodeRow>,
  nowMs: number,
): readonly Pool[] => {
  const held = new Map<string, { units: number; ids: string[] }>();
  for (const job of open.held)
    for (const { node, units } of job.parts) {
      const key = `${node}\n${job.gpuType}`;
      const entry = held.get(key) ?? { units: 0, ids: [] };
      entry.units += units;
      entry.ids.push(...(job.deviceIds.get(node) ?? []));
      held.set(key, entry);
    }
  return (capacity?.nodes ?? []).flatMap((node) => {
    const row = nodes.get(node.name);
    const closed = closedReason(
      node.ready ? node.unschedulableReason : (node.unschedulableReason ?? 'not ready'),
      row,
      nowMs,
    );
    const fromMs = row?.maintenance_from?.getTime() ?? null;
    return node.pools.map((pool) => {
      const taken = held.get(`${node.name}\n${pool.gpuType}`);
      const foreign = new Set(pool.foreignDeviceIds ?? []);
      const mine = new Set(taken?.ids ?? []);
      return {
        node: node.name,
        gpuType: pool.gpuType,
        total: pool.total,
        free: Math.max(0, pool.total - pool.usedByOthers - (taken?.units ?? 0)),
        freeIds: pool.deviceIds?.filter((id) => !foreign.has(id) && !mine.has(id)) ?? null,
        closed,
        maintenanceFromMs: fromMs !== null && fromMs > nowMs ? fromMs : null,
      };
    });
  });
};

/** Reads one moment of the cluster. Errors: the database's. */
export const readView = async (db: Executor, runtime: string, nowMs: number): Promise<ClusterView> => {
  const types = await listTypes(db);
  const capacity = await readCapacity(db, runtime);
  const nodes = new Map((await listNodeRows(db)).map((row) => [row.name, row]));
  const quotas = quotaTable(await listQuotas(db), await listMembers(db));
  const open = await readOpenJobs(db, nowMs);
  const userIds = [...open.usernames.keys()];
  const used = new Map<string, number>();
  for (const row of await readUsage(db, userIds))
    used.set(row.user_id, decayedUse(row.gpu_seconds, nowMs - row.as_of.getTime(), usageHalfLifeMs) / 3600);
  for (const [userId, seconds] of open.runningGpuSeconds)
    used.set(userId, (used.get(userId) ?? 0) + seconds / 3600);
  const state: ClusterState = {
    nowMs,
    pools: poolsOf(capacity, open, nodes, nowMs),
    held: open.held,
    waiting: open.waiting,
    allowanceOf: (userId) => quotas.ofUser(open.usernames.get(userId) ?? userId),
    groups: quotas.groups,
    usedGpuHours: used,
  };
  let forecasted: Forecast | undefined;
  return {
    state,
    types: new Map(types.map((row) => [row.gpu_type, row])),
    nodes,
    capacity,
    stale: capacity === undefined || nowMs - capacity.observedAtMs > staleAfterMs,
    quotas,
    counts: open.counts,
    forecast: () => (forecasted ??= forecast(state)),
  };
};

export interface ClusterViews {
  /** At most a second old; one read at a time, however many ask. */
  current(): Promise<ClusterView>;
  /** The next reader reads anew. */
  invalidate(): void;
}

export const createClusterViews = (deps: {
  readonly db: Database;
  readonly clock: Clock;
  readonly runtime: string;
}): ClusterViews => {
  let view: { readonly readAtMs: number; readonly value: Promise<ClusterView> } | undefined;
  return {
    current: () => {
      const nowMs = deps.clock.monotonicMs();
      if (view === undefined || nowMs - view.readAtMs > viewTtlMs) {
        const value = readView(deps.db, deps.runtime, deps.clock.nowMs());
        view = { readAtMs: nowMs, value };
        value.catch(() => {
          view = undefined;
        });
      }
      return view.value;
    },
    invalidate: () => {
      view = undefined;
    },
  };
};
