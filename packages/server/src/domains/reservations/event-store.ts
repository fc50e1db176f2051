import type { JobEvent, JobStatus } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';

const shownEvents = 200;
const maxMessage = 2000;

/** One line of a job's history. */
export const addEvent = async (
  tx: Executor,
  event: {
    readonly jobId: string;
    readonly at: Date;
    readonly kind: string;
    readonly status?: JobStatus;
    readonly message: string;
  },
): Promise<void> => {
  await tx.query('INSERT INTO job_events (job_id, at, kind, status, message) VALUES ($1, $2, $3, $4, $5)', [
    event.jobId,
    event.at,
    event.kind,
    event.status ?? null,
    event.message.slice(0, maxMessage),
  ]);
};

/** The newest, oldest of them first. */
export const eventsOf = async (db: Executor, jobId: string): Promise<readonly JobEvent[]> =>
  (
    await db.query<{ at: Date; kind: string; status: JobStatus | null; message: string }>(
      `SELECT at, kind, status, message FROM (
         SELECT * FROM job_events WHERE job_id = $1 ORDER BY id DESC LIMIT ${String(shownEvents)}) newest
        ORDER BY id`,
      [jobId],
    )
  ).rows.map(({ at, ...rest }) => ({ at: at.toISOString(), ...rest }));

export const keepLog = async (
  tx: Executor,
  jobId: string,
  rank: number,
  text: string,
  truncated: boolean,
  at: Date,
): Promise<void> => {
  await tx.query(
    `INSERT INTO job_logs (job_id, rank, text, truncated, kept_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (job_id, rank) DO UPDATE SET text = $3, truncated = $4, kept_at = $5
      WHERE length($3) >= length(job_logs.text)`,
    [jobId, rank, text.replaceAll('\0', ''), truncated, at],
  );
};

export const keptLog = async (
  db: Executor,
  jobId: string,
  rank: number,
): Promise<{ readonly text: string; readonly truncated: boolean } | undefined> =>
  (
    await db.query<{ text: string; truncated: boolean }>(
      'SELECT text, truncated FROM job_logs WHERE job_id = $1 AND rank = $2',
      [jobId, rank],
    )
  ).rows[0];
