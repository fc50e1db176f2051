import type { Tx } from '../../../platform/database/types.ts';
import { readView } from '../cluster-view.ts';
import { planPass } from '../scheduling/plan-pass.ts';
import type { Placed } from '../scheduling/types.ts';
import { messageOf, type ProcessorDeps } from './deps.ts';

/** One pass in the whole cluster at a time: what one gives away the next one sees. */
const passLock = 'gpushield.reservations.pass';
/** Starts of one pass; the next pass goes on. One batch of messages holds as many. */
const maxStarts = 1_000;

/** Writes the starts: a job that is not queued any more, or was cancelled, gets nothing. */
const apply = async (deps: ProcessorDeps, tx: Tx, placed: readonly Placed[], at: Date): Promise<number> => {
  const parts = placed.flatMap(({ jobId, parts: all }) =>
    all.map((part, rank) => ({ jobId, rank, ...part })),
  );
  const { rows } = await tx.query<{ id: string }>(
    `UPDATE jobs SET status = 'preparing', status_detail = 'Placed; being started', status_since = $2,
            preparing_at = $2, due_at = $2, attempts = 0
      WHERE id = ANY ($1::uuid[]) AND status = 'queued' AND cancel_requested_at IS NULL RETURNING id`,
    [placed.map(({ jobId }) => jobId), at],
  );
  const started = new Set(rows.map(({ id }) => id));
  const given = parts.filter(({ jobId }) => started.has(jobId));
  if (given.length === 0) return 0;
  await tx.query(
    `INSERT INTO job_allocations (job_id, rank, node, gpu_type, units, device_ids, created_at)
     SELECT p.job_id, p.rank, p.node, j.gpu_type, p.units,
            ARRAY (SELECT jsonb_array_elements_text(p.ids)), $2
       FROM jsonb_to_recordset($1::jsonb) AS p (job_id uuid, rank int, node text, units int, ids jsonb)
       JOIN jobs j ON j.id = p.job_id`,
    [
      JSON.stringify(
        given.map(({ jobId, rank, node, units, deviceIds }) => ({
          job_id: jobId,
          rank,
          node,
          units,
          ids: deviceIds,
        })),
      ),
      at,
    ],
  );
  await tx.query(
    `INSERT INTO job_events (job_id, at, kind, status, message)
     SELECT id, $2, 'status', 'preparing', 'Placed on ' || left(nodes, 1900) FROM (
       SELECT job_id AS id, string_agg(node, ', ' ORDER BY rank) AS nodes
         FROM job_allocations WHERE job_id = ANY ($1::uuid[]) GROUP BY job_id) placed`,
    [[...started], at],
  );
  await deps.sender.sendBatch(
    tx,
    deps.queues.jobs,
    [...started].map((id) => messageOf('start', { job_id: id }, 'scheduler', at)),
  );
  return started.size;
};

/** One scheduling pass; answers how many jobs it started. */
export const runSchedulePass = (deps: ProcessorDeps): Promise<number> =>
  deps.db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [passLock]);
    const nowMs = deps.clock.nowMs();
    const view = await readView(tx, deps.runtime.name, nowMs);
    const placed = planPass(view.state).slice(0, maxStarts);
    return placed.length === 0 ? 0 : apply(deps, tx, placed, new Date(nowMs));
  });

export interface PassRunner {
  /** A pass will begin after this call; calls that come together share one. */
  request(): void;
  stop(): Promise<void>;
}

/** Passes rest as long as they took, and this at least: a storm of submissions must not become a storm of passes. */
const shortestRestMs = 20;
const errorRestMs = 1_000;

export const createPassRunner = (deps: ProcessorDeps): PassRunner => {
  let wanted = false;
  let running: Promise<void> | undefined;
  let stopping = false;
  const loop = async (): Promise<void> => {
    while (wanted && !stopping) {
      wanted = false;
      const startedMs = deps.clock.monotonicMs();
      let restMs = shortestRestMs;
      try {
        if ((await runSchedulePass(deps)) === maxStarts) wanted = true;
        restMs = Math.max(shortestRestMs, deps.clock.monotonicMs() - startedMs);
      } catch (err) {
        deps.log.warn({ err }, 'a scheduling pass failed; it is tried again');
        wanted = true;
        restMs = errorRestMs;
      }
      await new Promise((resolve) => setTimeout(resolve, restMs));
    }
  };
  const start = (): void => {
    running ??= loop().finally(() => {
      running = undefined;
      if (wanted && !stopping) start();
    });
  };
  return {
    request: () => {
      wanted = true;
      start();
    },
    stop: async () => {
      stopping = true;
      await running;
    },
  };
};
