import type { Executor } from '../../platform/database/types.ts';
import type { CapacityReport, WorkloadType } from './runtime/port.ts';
import type { HeldJob, WaitingJob } from './scheduling/types.ts';

export interface GpuTypeRow {
  readonly gpu_type: string;
  readonly instance_type: string;
  readonly kind: 'gpu' | 'mig' | 'cpu';
  readonly vendor: 'nvidia' | 'amd' | 'intel' | 'none';
  readonly gpus_per_node: number;
  readonly max_gpus_per_node_and_job: number;
  readonly slots_per_node: number;
  readonly vcpus: number;
  readonly memory_gib: number;
  readonly gpu_memory_gib: number | null;
  readonly resource_name: string | null;
  readonly node_labels: Readonly<Record<string, string>>;
  readonly runtime_class: string | null;
  readonly require_kata: boolean;
  readonly enabled: boolean;
}

const typeColumns = `gpu_type, instance_type, kind, vendor, gpus_per_node, max_gpus_per_node_and_job, slots_per_node,
  vcpus, memory_gib, gpu_memory_gib, resource_name, node_labels, runtime_class, require_kata, enabled`;
/** A table that people edit; more types than this are no table any more. */
const maxTypes = 500;

export const listTypes = async (db: Executor): Promise<readonly GpuTypeRow[]> =>
  (
    await db.query<GpuTypeRow>(
      `SELECT ${typeColumns} FROM gpu_types ORDER BY gpu_type LIMIT ${String(maxTypes)}`,
    )
  ).rows;

export const putType = async (tx: Executor, type: GpuTypeRow, at: Date): Promise<void> => {
  await tx.query(
    `INSERT INTO gpu_types (${typeColumns}, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
     ON CONFLICT (gpu_type) DO UPDATE SET instance_type = $2, kind = $3, vendor = $4, gpus_per_node = $5,
       max_gpus_per_node_and_job = $6, slots_per_node = $7, vcpus = $8, memory_gib = $9, gpu_memory_gib = $10,
       resource_name = $11, node_labels = $12, runtime_class = $13, require_kata = $14, enabled = $15, updated_at = $16`,
    [
      type.gpu_type,
      type.instance_type,
      type.kind,
      type.vendor,
      type.gpus_per_node,
      type.max_gpus_per_node_and_job,
      type.slots_per_node,
      type.vcpus,
      type.memory_gib,
      type.gpu_memory_gib,
      type.resource_name,
      JSON.stringify(type.node_labels),
      type.runtime_class,
      type.require_kata,
      type.enabled,
      at,
    ],
  );
};

export const deleteType = async (tx: Executor, gpuType: string): Promise<boolean> =>
  (await tx.query('DELETE FROM gpu_types WHERE gpu_type = $1', [gpuType])).rowCount === 1;

export const toWorkloadType = (row: GpuTypeRow): WorkloadType => ({
  gpuType: row.gpu_type,
  kind: row.kind,
  vendor: row.vendor,
  gpusPerNode: row.gpus_per_node,
  slotsPerNode: row.slots_per_node,
  resourceName: row.resource_name,
  nodeLabels: row.node_labels,
  runtimeClass: row.runtime_class,
});

export const putCapacity = async (db: Executor, runtime: string, report: CapacityReport): Promise<void> => {
  await db.query(
    `INSERT INTO reservation_capacity (runtime, report, observed_at) VALUES ($1, $2, $3)
     ON CONFLICT (runtime) DO UPDATE SET report = $2, observed_at = $3 WHERE reservation_capacity.observed_at <= $3`,
    [runtime, JSON.stringify(report), new Date(report.observedAtMs)],
  );
};

export const readCapacity = async (db: Executor, runtime: string): Promise<CapacityReport | undefined> =>
  (
    await db.query<{ report: CapacityReport }>('SELECT report FROM reservation_capacity WHERE runtime = $1', [
      runtime,
    ])
  ).rows[0]?.report;

export interface NodeRow {
  readonly name: string;
  readonly cordoned: boolean;
  readonly reason: string;
  readonly maintenance_from: Date | null;
  readonly maintenance_until: Date | null;
}
const maxNodes = 100_000;

export const listNodeRows = async (db: Executor): Promise<readonly NodeRow[]> =>
  (
    await db.query<NodeRow>(
      `SELECT name, cordoned, reason, maintenance_from, maintenance_until FROM reservation_nodes LIMIT ${String(maxNodes)}`,
    )
  ).rows;

/** The node's row, made where there is none, and locked until the transaction ends: whoever changes it waits. */
export const lockNode = async (tx: Executor, name: string, at: Date): Promise<NodeRow> => {
  await tx.query(
    `INSERT INTO reservation_nodes (name, cordoned, reason, updated_at) VALUES ($1, false, '', $2)
     ON CONFLICT (name) DO NOTHING`,
    [name, at],
  );
  const { rows } = await tx.query<NodeRow>(
    `SELECT name, cordoned, reason, maintenance_from, maintenance_until FROM reservation_nodes WHERE name = $1
      FOR UPDATE`,
    [name],
  );
  if (rows[0] === undefined) throw new Error('A node vanished in the transaction that made it');
  return rows[0];
};

export const putNode = async (tx: Executor, node: NodeRow, at: Date): Promise<void> => {
  await tx.query(
    `INSERT INTO reservation_nodes (name, cordoned, reason, maintenance_from, maintenance_until, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (name) DO UPDATE SET cordoned = $2, reason = $3, maintenance_from = $4, maintenance_until = $5,
       updated_at = $6`,
    [node.name, node.cordoned, node.reason, node.maintenance_from, node.maintenance_until, at],
  );
};

/** Jobs that hold or wait, at once; beyond, the newest wait unseen. */
const maxOpenJobs = 50_000;

interface OpenRow {
  readonly id: string;
  readonly user_id: string;
  readonly username: string;
  readonly gpu_type: string;
  readonly gpu_count: number;
  readonly units: number;
  readonly nodes: number;
  readonly duration_seconds: number;
  readonly priority: number;
  readonly status: string;
  readonly created_ms: number;
  readonly started_ms: number | null;
  readonly expires_ms: number | null;
  readonly parts:
    readonly { readonly node: string; readonly units: number; readonly ids: readonly string[] }[] | null;
}

export interface OpenJobs {
  readonly held: readonly (HeldJob & { readonly deviceIds: ReadonlyMap<string, readonly string[]> })[];
  readonly waiting: readonly WaitingJob[];
  /** GPU-seconds that running jobs have used so far, by user. */
  readonly runningGpuSeconds: ReadonlyMap<string, number>;
  readonly usernames: ReadonlyMap<string, string>;
}

/** Jobs of one row of the answer: read and gone through without a pause. */
const jobsInPart = 500;

/**
 * Some hundred jobs a row, as JSON: the driver takes fields apart one by one, which is most of what reading a long queue
 * costs, and does it in one go.
 */
const openSql = `
  SELECT json_agg(open ORDER BY created_ms, id)::text AS jobs
    FROM (
      SELECT j.id, j.user_id, j.username, j.gpu_type, j.gpu_count, j.units, j.nodes, j.duration_seconds, j.priority, j.status,
             extract(epoch FROM j.created_at)::float8 * 1000 AS created_ms,
             extract(epoch FROM j.started_at)::float8 * 1000 AS started_ms,
             extract(epoch FROM j.expires_at)::float8 * 1000 AS expires_ms, a.parts,
             (row_number() OVER (ORDER BY j.created_at) - 1) / ${String(jobsInPart)} AS part
        FROM jobs j LEFT JOIN (
          SELECT job_id, jsonb_agg(jsonb_build_object('node', node, 'units', units, 'ids', device_ids) ORDER BY rank) AS parts
            FROM job_allocations GROUP BY job_id) a ON a.job_id = j.id
       WHERE j.released_at IS NULL ORDER BY j.created_at LIMIT ${String(maxOpenJobs)}) open
   GROUP BY part ORDER BY part`;

/** Everything that holds or waits, in one statement: one moment for both. `pause`: between parts of it. */
export const readOpenJobs = async (
  db: Executor,
  nowMs: number,
  pause: () => Promise<void>,
): Promise<OpenJobs> => {
  const { rows } = await db.query<{ jobs: string }>(openSql);
  const held: (HeldJob & { deviceIds: ReadonlyMap<string, readonly string[]> })[] = [];
  const waiting: WaitingJob[] = [];
  const runningGpuSeconds = new Map<string, number>();
  const usernames = new Map<string, string>();
  const take = (row: OpenRow): void => {
    const gpus = row.gpu_count * row.nodes;
    const durationMs = row.duration_seconds * 1000;
    usernames.set(row.user_id, row.username);
    if (row.parts !== null) {
      held.push({
        jobId: row.id,
        userId: row.user_id,
        gpuType: row.gpu_type,
        gpus,
        parts: row.parts,
        deviceIds: new Map(row.parts.map(({ node, ids }) => [node, ids])),
        endsAtMs: Math.max(nowMs, row.expires_ms ?? nowMs + durationMs),
      });
      if (row.started_ms !== null)
        runningGpuSeconds.set(
          row.user_id,
          (runningGpuSeconds.get(row.user_id) ?? 0) + (gpus * Math.max(0, nowMs - row.started_ms)) / 1000,
        );
    } else if (row.status === 'queued') {
      waiting.push({
        jobId: row.id,
        userId: row.user_id,
        gpuType: row.gpu_type,
        units: row.units,
        nodes: row.nodes,
        gpus,
        durationMs,
        priority: row.priority,
        createdAtMs: row.created_ms,
      });
    }
  };
  for (const { jobs } of rows) {
    await pause();
    for (const row of JSON.parse(jobs) as readonly OpenRow[]) take(row);
  }
  return { held, waiting, runningGpuSeconds, usernames };
};

/** What holds and what waits, in sums. */
export interface OpenSums {
  /** Units by node and type, the key being `node\ntype`. */
  readonly held: ReadonlyMap<string, number>;
  /** Units that queued jobs ask for, by type. */
  readonly queued: ReadonlyMap<string, number>;
  readonly counts: Readonly<Record<'pending' | 'queued' | 'preparing' | 'active', number>>;
}

const sumsSql = `
  SELECT 'held' AS kind, node || E'\\n' || gpu_type AS of, sum(units)::int AS n FROM job_allocations GROUP BY 2
  UNION ALL
  SELECT 'queued', gpu_type, sum(units * nodes)::int FROM jobs WHERE released_at IS NULL AND status = 'queued' GROUP BY 2
  UNION ALL
  SELECT 'status', status, count(*)::int FROM jobs WHERE released_at IS NULL GROUP BY 2`;

/** The same moment as `readOpenJobs` tells of, for those who need no job of it: a statement that costs little. */
export const readOpenSums = async (db: Executor): Promise<OpenSums> => {
  const { rows } = await db.query<{ kind: 'held' | 'queued' | 'status'; of: string; n: number }>(sumsSql);
  const of = (kind: string): ReadonlyMap<string, number> =>
    new Map(rows.filter((row) => row.kind === kind).map((row) => [row.of, row.n]));
  const statuses = of('status');
  const count = (status: string): number => statuses.get(status) ?? 0;
  return {
    held: of('held'),
    queued: of('queued'),
    counts: {
      pending: count('pending'),
      queued: count('queued'),
      preparing: count('preparing'),
      active: count('active'),
    },
  };
};

export interface UsageRow {
  readonly user_id: string;
  readonly gpu_seconds: number;
  readonly as_of: Date;
}

export const readUsage = async (db: Executor, userIds: readonly string[]): Promise<readonly UsageRow[]> =>
  (
    await db.query<UsageRow>(
      'SELECT user_id, gpu_seconds, as_of FROM reservation_usage WHERE user_id = ANY ($1)',
      [userIds],
    )
  ).rows;

/** Adds to what a user has used, and decays what they used before. */
export const addUsage = async (
  tx: Executor,
  userId: string,
  gpuSeconds: number,
  halfLifeSeconds: number,
  at: Date,
): Promise<void> => {
  await tx.query(
    `INSERT INTO reservation_usage (user_id, gpu_seconds, as_of) VALUES ($1, $2, $4)
     ON CONFLICT (user_id) DO UPDATE SET as_of = greatest(reservation_usage.as_of, $4), gpu_seconds = $2 +
       reservation_usage.gpu_seconds * power(0.5::float8,
         greatest(0, extract(epoch FROM $4 - reservation_usage.as_of)::float8) / $3::float8)`,
    [userId, gpuSeconds, halfLifeSeconds, at],
  );
};
