import type { Executor } from '../../platform/database/types.ts';

/** Notes that these pods are of the job; answers those that were not known before. */
export const insertJobPods = async (
  db: Executor,
  jobId: string,
  podUids: readonly string[],
  at: Date,
): Promise<readonly string[]> =>
  (
    await db.query<{ pod_uid: string }>(
      `INSERT INTO job_pods (pod_uid, job_id, created_at) SELECT uid, $1, $3 FROM unnest($2::text[]) AS uid
        ON CONFLICT (pod_uid) DO NOTHING RETURNING pod_uid`,
      [jobId, podUids, at],
    )
  ).rows.map(({ pod_uid: uid }) => uid);

/** The jobs of those pods that are jobs', by pod. */
export const jobsOfPods = async (
  db: Executor,
  podUids: readonly string[],
): Promise<ReadonlyMap<string, string>> =>
  new Map(
    (
      await db.prepared<{ pod_uid: string; job_id: string }>(
        'jobs of pods',
        'SELECT pod_uid, job_id FROM job_pods WHERE pod_uid = ANY ($1::text[])',
        [podUids],
      )
    ).rows.map(({ pod_uid: uid, job_id: job }) => [uid, job]),
  );
