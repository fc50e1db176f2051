import { randomUUID } from 'node:crypto';
import { findJob, insertJobs, type NewJob } from '../../domains/reservations/job-store.ts';
import type { JobRow } from '../../domains/reservations/types.ts';
import type { Database } from '../../platform/database/index.ts';

/** A CPU job of one hour that waits; answers its id. */
export const queuedJob = async (db: Database, different: Partial<NewJob> = {}): Promise<string> => {
  const id = different.id ?? randomUUID();
  const job: NewJob = {
    id,
    userId: 'user',
    username: 'user',
    name: null,
    gpuType: 'cpu-x86',
    instanceType: 'c7i.8xlarge',
    gpuCount: 0,
    nodes: 1,
    units: 1,
    durationSeconds: 3600,
    image: null,
    dockerfile: null,
    command: null,
    envSealed: null,
    diskId: null,
    githubUser: null,
    sshKeys: [],
    profile: 'restricted',
    requireKata: false,
    preserveEntrypoint: false,
    jupyterWanted: false,
    jupyterTokenSealed: null,
    at: new Date(Date.UTC(2026, 0, 1)),
    ...different,
  };
  const message = { action: 'create_reservation', job_id: id };
  await insertJobs(db, 'gpu_reservations', [{ job, message }]);
  return id;
};

/** The same, placed on a node and about to be started there. */
export const placedJob = async (
  db: Database,
  node: string,
  different: Partial<NewJob> = {},
): Promise<string> => {
  const id = await queuedJob(db, different);
  await db.query(`UPDATE jobs SET status = 'preparing', preparing_at = created_at WHERE id = $1`, [id]);
  await db.query(
    `INSERT INTO job_allocations (job_id, rank, node, gpu_type, units, created_at) VALUES ($1, 0, $2, 'cpu-x86', 1, now())`,
    [id, node],
  );
  return id;
};

export const rowOf = async (db: Database, id: string): Promise<JobRow> => {
  const row = await findJob(db, id);
  if (row === undefined) throw new Error(`There is no job ${id}`);
  return row;
};
