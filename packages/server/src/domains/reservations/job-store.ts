import type { JobStatus } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { AllocationRow, JobRow } from './types.ts';

export const jobColumns = `id, user_id, username, name, gpu_type, instance_type, gpu_count, nodes, units,
  duration_seconds, image, dockerfile, command, env_sealed, disk_id, github_user, ssh_keys, profile, require_kata,
  preserve_entrypoint, jupyter_wanted, jupyter_token_sealed, priority, extra_users, cancel_requested_at, cancel_reason,
  created_at, status, status_detail, status_since, preparing_at, started_at, expires_at, ended_at, released_at,
  exit_code, observed, warned_minutes, oom_count, last_oom_at, idle_since, idle_warned_at, attempts, due_at`;

export interface NewJob {
  readonly id: string;
  readonly userId: string;
  readonly username: string;
  readonly name: string | null;
  readonly gpuType: string;
  readonly instanceType: string;
  readonly gpuCount: number;
  readonly nodes: number;
  readonly units: number;
  readonly durationSeconds: number;
  readonly image: string | null;
  readonly dockerfile: string | null;
  readonly command: string | null;
  readonly envSealed: string | null;
  readonly diskId: string | null;
  readonly githubUser: string | null;
  readonly sshKeys: readonly string[];
  readonly profile: 'restricted' | 'profiling';
  readonly requireKata: boolean;
  readonly preserveEntrypoint: boolean;
  readonly jupyterWanted: boolean;
  readonly jupyterTokenSealed: string | null;
  readonly at: Date;
}

const insertSql = `
  WITH job AS (
    INSERT INTO jobs (id, user_id, username, name, gpu_type, instance_type, gpu_count, nodes, units, duration_seconds,
      image, dockerfile, command, env_sealed, disk_id, github_user, ssh_keys, profile, require_kata,
      preserve_entrypoint, jupyter_wanted, jupyter_token_sealed, created_at, status, status_since, due_at)
    SELECT j."id", j."userId", j."username", j."name", j."gpuType", j."instanceType", j."gpuCount", j."nodes", j."units",
      j."durationSeconds", j."image", j."dockerfile", j."command", j."envSealed", j."diskId", j."githubUser", j."sshKeys",
      j."profile", j."requireKata", j."preserveEntrypoint", j."jupyterWanted", j."jupyterTokenSealed", j."at",
      -- A job whose disk is still a copy under way holds no devices while it waits for it.
      CASE WHEN EXISTS (SELECT FROM disks WHERE id = j."diskId" AND status = 'creating' AND source_snapshot_id IS NOT NULL)
        THEN 'pending' ELSE 'queued' END, j."at", j."at"
    FROM jsonb_to_recordset($1::jsonb) AS j ("id" uuid, "userId" text, "username" text, "name" text, "gpuType" text,
      "instanceType" text, "gpuCount" int, "nodes" int, "units" int, "durationSeconds" int, "image" text,
      "dockerfile" text, "command" text, "envSealed" text, "diskId" uuid, "githubUser" text, "sshKeys" text[],
      "profile" text, "requireKata" boolean, "preserveEntrypoint" boolean, "jupyterWanted" boolean,
      "jupyterTokenSealed" text, "at" timestamptz))
  SELECT s::text AS message_id FROM pgmq.send_batch($2::text, $3::jsonb[]) AS s`;

export interface NewJobWithMessage {
  readonly job: NewJob;
  /** What wakes its reconciler. */
  readonly message: object;
}

/**
 * Writes jobs and the messages that wake their reconcilers: one statement, so one cannot be without the other. Answers the
 * messages' ids, in order.
 */
export const insertJobs = async (
  db: Executor,
  queue: string,
  given: readonly NewJobWithMessage[],
): Promise<readonly string[]> => {
  const { rows } = await db.prepared<{ message_id: string }>('reservations-insert-jobs', insertSql, [
    JSON.stringify(given.map(({ job }) => job)),
    queue,
    given.map(({ message }) => JSON.stringify(message)),
  ]);
  if (rows.length !== given.length) throw new Error('A job was written without its message');
  return rows.map(({ message_id: id }) => id);
};

export const findJob = async (db: Executor, id: string): Promise<JobRow | undefined> =>
  (await db.query<JobRow>(`SELECT ${jobColumns} FROM jobs WHERE id = $1`, [id])).rows[0];

/** Jobs whose id begins with the prefix (hexadecimal digits and dashes): two at most, to tell one from many. */
export const findJobsByPrefix = async (
  db: Executor,
  prefix: string,
  userId: string | undefined,
): Promise<readonly JobRow[]> =>
  (
    await db.query<JobRow>(
      `SELECT ${jobColumns} FROM jobs WHERE id::text LIKE $1 || '%' AND ($2::text IS NULL OR user_id = $2)
        ORDER BY id LIMIT 2`,
      [prefix, userId ?? null],
    )
  ).rows;

/** The job, locked until the transaction ends. */
export const lockJob = async (tx: Executor, id: string): Promise<JobRow | undefined> =>
  (await tx.query<JobRow>(`SELECT ${jobColumns} FROM jobs WHERE id = $1 FOR NO KEY UPDATE`, [id])).rows[0];

export interface JobFilter {
  /** Undefined: everybody's. */
  readonly userId: string | undefined;
  readonly statuses: readonly JobStatus[] | undefined;
}

const filterSql = `($1::text IS NULL OR user_id = $1) AND ($2::text[] IS NULL OR status = ANY ($2))`;

/** Newest first. */
export const listJobs = async (
  db: Executor,
  { userId, statuses }: JobFilter,
  limit: number,
  offset: number,
): Promise<readonly JobRow[]> =>
  (
    await db.query<JobRow>(
      `SELECT ${jobColumns} FROM jobs WHERE ${filterSql} ORDER BY created_at DESC, id DESC LIMIT $3 OFFSET $4`,
      [userId ?? null, statuses ?? null, limit, offset],
    )
  ).rows;

export const countJobs = async (db: Executor, { userId, statuses }: JobFilter): Promise<number> =>
  (
    await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM jobs WHERE ${filterSql}`, [
      userId ?? null,
      statuses ?? null,
    ])
  ).rows[0]?.n ?? 0;

/** Jobs of a user that wait. */
export const countWaiting = async (db: Executor, userId: string): Promise<number> =>
  (
    await db.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM jobs
        WHERE user_id = $1 AND released_at IS NULL AND status IN ('pending', 'queued')`,
      [userId],
    )
  ).rows[0]?.n ?? 0;

export const allocationsOf = async (db: Executor, jobId: string): Promise<readonly AllocationRow[]> =>
  (
    await db.query<AllocationRow>(
      'SELECT job_id, rank, node, gpu_type, units, device_ids FROM job_allocations WHERE job_id = $1 ORDER BY rank',
      [jobId],
    )
  ).rows;

/** Takes the job for one worker, or undefined: another has it, or there is none. `now` is the database's. */
export const claimJob = async (
  db: Executor,
  id: string,
  worker: string,
  seconds: number,
): Promise<JobRow | undefined> =>
  (
    await db.query<JobRow>(
      `UPDATE jobs SET claimed_by = $2, claimed_until = now() + make_interval(secs => $3)
        WHERE id = $1 AND released_at IS NULL
          AND (claimed_until IS NULL OR claimed_until < now() OR claimed_by = $2)
       RETURNING ${jobColumns}`,
      [id, worker, seconds],
    )
  ).rows[0];

export const releaseClaim = async (db: Executor, id: string, worker: string): Promise<void> => {
  await db.query(
    'UPDATE jobs SET claimed_by = NULL, claimed_until = NULL WHERE id = $1 AND claimed_by = $2',
    [id, worker],
  );
};

/** What is seen of a job; wishes are changed by requests alone. */
export type JobPatch = Partial<
  Pick<
    JobRow,
    | 'status'
    | 'status_detail'
    | 'status_since'
    | 'preparing_at'
    | 'started_at'
    | 'expires_at'
    | 'ended_at'
    | 'released_at'
    | 'exit_code'
    | 'observed'
    | 'warned_minutes'
    | 'oom_count'
    | 'last_oom_at'
    | 'idle_since'
    | 'idle_warned_at'
    | 'attempts'
    | 'due_at'
    | 'cancel_reason'
  >
>;

/**
 * Writes what was seen, unless somebody changed the job's status or its end since it was read: then false, and whoever
 * decided on the old facts decides again. Also false where the claim was lost.
 */
export const patchJob = async (
  tx: Executor,
  read: JobRow,
  worker: string,
  patch: JobPatch,
  then: 'keep' | 'let go' = 'keep',
): Promise<boolean> => {
  const entries = Object.entries(
    then === 'keep' ? patch : { ...patch, claimed_by: null, claimed_until: null },
  );
  if (entries.length === 0) return true;
  const sets = entries.map(([column], n) => `${column} = $${n + 5}`).join(', ');
  const values = entries.map(([column, value]) => (column === 'observed' ? JSON.stringify(value) : value));
  const { rowCount } = await tx.query(
    `UPDATE jobs SET ${sets}
      WHERE id = $1 AND claimed_by = $2 AND status = $3 AND expires_at IS NOT DISTINCT FROM $4`,
    [read.id, worker, read.status, read.expires_at, ...values],
  );
  return rowCount === 1;
};

/** Takes the jobs whose next step is due, oldest first, and puts their next look off: a sweep wakes each once. */
export const takeDueJobs = async (
  tx: Executor,
  now: Date,
  nextLook: Date,
  limit: number,
): Promise<readonly string[]> =>
  (
    await tx.query<{ id: string }>(
      `UPDATE jobs SET due_at = $2 WHERE id IN (
         SELECT id FROM jobs WHERE released_at IS NULL AND due_at <= $1
            AND (claimed_until IS NULL OR claimed_until < now())
          ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
       RETURNING id`,
      [now, nextLook, limit],
    )
  ).rows.map(({ id }) => id);

/** Makes the job's next step due. */
export const makeDue = async (tx: Executor, id: string, at: Date): Promise<void> => {
  await tx.query('UPDATE jobs SET due_at = least(due_at, $2) WHERE id = $1', [id, at]);
};

/** The same of every job of a user that is not over and given back; answers their ids. */
export const makeDueOfUser = async (tx: Executor, userId: string, at: Date): Promise<readonly string[]> =>
  (
    await tx.query<{ id: string }>(
      `UPDATE jobs SET due_at = least(due_at, $2) WHERE id IN (
         SELECT id FROM jobs WHERE user_id = $1 AND released_at IS NULL ORDER BY id FOR NO KEY UPDATE)
       RETURNING id`,
      [userId, at],
    )
  ).rows.map(({ id }) => id);

/** Of these ids, those whose jobs are not over and given back. */
export const openAmong = async (db: Executor, ids: readonly string[]): Promise<ReadonlySet<string>> =>
  new Set(
    (
      await db.query<{ id: string }>(
        'SELECT id FROM jobs WHERE id = ANY ($1::uuid[]) AND released_at IS NULL',
        [ids],
      )
    ).rows.map(({ id }) => id),
  );
