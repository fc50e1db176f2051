import type { Executor } from '../../platform/database/types.ts';

/** What a job holds of one node, by the name that the runtime calls the node. */
export interface HeldNode {
  readonly jobId: string;
  readonly node: string;
  /** GPUs of it. */
  readonly gpus: number;
}

/** Nodes of one answer, over all jobs. */
const maxHeld = 10_000;

/** What jobs that run and have GPUs on several nodes hold of each. */
export const nodesOfSpreadJobs = async (db: Executor): Promise<readonly HeldNode[]> => {
  const { rows } = await db.query<{ job_id: string; node: string; units: number }>(
    `SELECT held.job_id, held.node, held.units FROM jobs JOIN job_allocations AS held ON held.job_id = jobs.id
     WHERE jobs.released_at IS NULL AND jobs.status = 'active' AND jobs.nodes > 1 AND jobs.gpu_count > 0
     ORDER BY held.job_id, held.rank LIMIT ${String(maxHeld)}`,
  );
  return rows.map(({ job_id: jobId, node, units }) => ({ jobId, node, gpus: units }));
};
