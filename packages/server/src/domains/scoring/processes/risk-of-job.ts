import type { Executor } from '../../../platform/database/types.ts';
import type { RuleScoring } from '../rules/index.ts';
import { riskNow } from './present.ts';
import type { ProcessRecord } from './read-store.ts';

/** How dangerous what runs in a job is, at this moment. */
export interface JobRisk {
  /** 0 to 100, of its most dangerous process. */
  readonly score: number;
  readonly level: 'none' | 'low' | 'medium' | 'high' | 'critical';
}

/** Where alerts begin to be critical, where they begin unless configured otherwise, and two marks below. */
const levels = [
  { from: 90, level: 'critical' },
  { from: 75, level: 'high' },
  { from: 50, level: 'medium' },
  { from: 10, level: 'low' },
] as const;
/** The stored risk only falls with time, so the highest of now is among the highest of then. */
const looksAt = 200;

/** Null: nobody ever told of a process of this job. */
export const riskOfJob = async (
  db: Executor,
  scoring: RuleScoring,
  jobId: string,
  nowMs: number,
): Promise<JobRisk | null> => {
  const { rows } = await db.query<Pick<ProcessRecord, 'state'>>(
    `SELECT score_state AS state FROM processes WHERE job_id = $1 ORDER BY risk DESC LIMIT ${String(looksAt)}`,
    [jobId],
  );
  if (rows.length === 0) return null;
  const risk = Math.max(...rows.map((row) => riskNow(scoring, row, nowMs)));
  const score = Math.round(risk * 100) / 100;
  return { score, level: levels.find(({ from }) => score >= from)?.level ?? 'none' };
};
