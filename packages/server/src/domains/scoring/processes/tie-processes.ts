import type { Executor } from '../../../platform/database/types.ts';
import { factNames, type Sighting } from '../events/facts.ts';

/** Answers the jobs of those pods that are jobs', by the pods' UIDs. */
export type JobsOfPods = (db: Executor, podUids: readonly string[]) => Promise<ReadonlyMap<string, string>>;

const podAt = factNames.indexOf('pod');
const jobAt = factNames.indexOf('job_id');
/** Other tools tell pods by their names: nobody is asked for these. */
const isUid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const podOf = ({ values }: Sighting): string | undefined => {
  const pod = values[podAt];
  return typeof pod === 'string' && isUid.test(pod) ? pod : undefined;
};

/** Gives processes the job whose pod they run in. That pod is the cluster's word: it counts more than a job that was told. */
export const tieSightings = async (
  db: Executor,
  sightings: ReadonlyMap<string, Sighting>,
  jobsOfPods: JobsOfPods,
): Promise<void> => {
  const pods = new Set<string>();
  for (const sighting of sightings.values()) {
    const pod = podOf(sighting);
    if (pod !== undefined) pods.add(pod);
  }
  if (pods.size === 0) return;
  const jobs = await jobsOfPods(db, [...pods]);
  for (const sighting of sightings.values()) {
    const job = jobs.get(podOf(sighting) ?? '');
    if (job === undefined) continue;
    sighting.values[jobAt] = job;
    sighting.toldAtUs[jobAt] = sighting.toldAtUs[podAt] ?? 0;
  }
};

/** Gives a job the processes that were seen in its pods before it was known whose these are. Locks them in the common order. */
export const tieProcesses = async (
  db: Executor,
  jobId: string,
  podUids: readonly string[],
): Promise<void> => {
  await db.query(
    `WITH seen AS (SELECT process_id FROM processes WHERE pod = ANY ($2::text[]) AND job_id IS DISTINCT FROM $1
        ORDER BY process_id COLLATE "C" FOR NO KEY UPDATE)
      UPDATE processes AS p SET job_id = $1 FROM seen WHERE p.process_id = seen.process_id`,
    [jobId, podUids],
  );
};
