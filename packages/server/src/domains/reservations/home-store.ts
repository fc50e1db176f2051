import type { Executor } from '../../platform/database/types.ts';
import type { RuntimeHome } from './runtime/port.ts';

/** Who was not seen for this long is gone, as far as nothing of theirs is left. */
const goneMinutes = 5;

/**
 * Takes or keeps the runtime for this home. Undefined: it is ours; else whose it is. Another home's jobs and disks cannot
 * be reached from here: it keeps the runtime for as long as there are any, also while it is away.
 */
export const claimHome = async (
  db: Executor,
  runtime: string,
  { id, name }: RuntimeHome,
): Promise<{ readonly name: string } | undefined> => {
  const { rowCount } = await db.query(
    `INSERT INTO reservation_homes AS h (runtime, home, name, seen_at) VALUES ($1, $2, $3, now())
     ON CONFLICT (runtime) DO UPDATE SET home = $2, name = $3, seen_at = now()
      WHERE h.home = $2 OR (h.seen_at < now() - make_interval(mins => $4)
        AND NOT EXISTS (SELECT FROM job_allocations)
        AND NOT EXISTS (SELECT FROM disks WHERE purged_at IS NULL))`,
    [runtime, id, name.slice(0, 253), goneMinutes],
  );
  if (rowCount === 1) return undefined;
  const { rows } = await db.query<{ name: string }>('SELECT name FROM reservation_homes WHERE runtime = $1', [
    runtime,
  ]);
  return rows[0] ?? { name: 'another host' };
};
