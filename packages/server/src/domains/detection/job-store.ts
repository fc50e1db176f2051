import type { Executor } from '../../platform/database/types.ts';
import type { JobMember } from './detectors/job-divergence.ts';

export interface GpuJob {
  readonly gpuId: string;
  readonly nodeId: string;
  readonly job: string;
}

/** In the order of the GPUs, so that two writers of the same ones wait for each other in one order. */
export const putJobs = async (db: Executor, jobs: readonly GpuJob[], now: Date): Promise<void> => {
  await db.query(
    `INSERT INTO gpu_jobs AS known (gpu_id, node_id, job, seen_at)
     SELECT gpus.id, gpus.node_id, given.job, $3 FROM unnest($1::uuid[], $2::text[]) AS given (gpu_id, job)
     JOIN gpus ON gpus.id = given.gpu_id ORDER BY gpus.id
     ON CONFLICT (gpu_id) DO UPDATE SET node_id = EXCLUDED.node_id, job = EXCLUDED.job, seen_at = EXCLUDED.seen_at`,
    [jobs.map(({ gpuId }) => gpuId), jobs.map(({ job }) => job), now],
  );
};

/** GPUs of one run, over all jobs. */
const maxGpus = 20_000;

export interface RunningMember extends JobMember {
  readonly job: string;
}

/**
 * The GPUs of jobs over several nodes of one cluster, with what they did on average since `since`, by job. A job whose
 * GPUs share one node is compared in line already. What is `known` of a GPU goes before what its telemetry says.
 */
export const readMembers = async (
  db: Executor,
  known: readonly GpuJob[],
  { seenSince, since }: { readonly seenSince: Date; readonly since: Date },
): Promise<readonly RunningMember[]> => {
  const { rows } = await db.query<{
    gpu_id: string;
    node_id: string;
    job: string;
    utilization: number | null;
    clock: number | null;
  }>(
    `WITH known AS (
       SELECT * FROM unnest($3::uuid[], $4::uuid[], $5::text[]) AS given (gpu_id, node_id, job)),
     all_jobs AS (
       SELECT * FROM known UNION ALL
       SELECT gpu_id, node_id, job FROM gpu_jobs
       WHERE seen_at > $1 AND NOT EXISTS (SELECT 1 FROM known WHERE known.gpu_id = gpu_jobs.gpu_id)),
     members AS (
       SELECT jobs.gpu_id, jobs.node_id, nodes.cluster_id || ':' || jobs.job AS job
       FROM all_jobs AS jobs JOIN nodes ON nodes.id = jobs.node_id),
     spread AS (SELECT job FROM members GROUP BY job HAVING count(DISTINCT node_id) > 1 AND count(*) > 3)
     SELECT gpu_id, node_id, job, told.utilization, told.clock FROM members JOIN spread USING (job)
     CROSS JOIN LATERAL (
       SELECT avg(gpu_utilization) AS utilization, avg(sm_clock) AS clock FROM telemetry_records AS records
       WHERE records.gpu_id = members.gpu_id AND records."timestamp" > $2) AS told
     ORDER BY job, gpu_id LIMIT ${String(maxGpus)}`,
    [
      seenSince,
      since,
      known.map(({ gpuId }) => gpuId),
      known.map(({ nodeId }) => nodeId),
      known.map(({ job }) => job),
    ],
  );
  return rows.map(({ gpu_id: gpuId, node_id: nodeId, job, utilization, clock }) => ({
    ...{ gpuId, nodeId, job },
    utilization: utilization ?? Number.NaN,
    clock: clock ?? Number.NaN,
  }));
};
