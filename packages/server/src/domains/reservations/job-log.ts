import type { Executor } from '../../platform/database/types.ts';
import { keptLog } from './event-store.ts';
import type { Runtime } from './runtime/port.ts';
import type { JobRow } from './types.ts';
import { refOf } from './workload-ref.ts';

/** The end of what a member of a job wrote. `kept`: as it was when its workload went. */
export interface JobLog {
  readonly text: string;
  readonly truncated: boolean;
  readonly kept: boolean;
}

interface Wanted {
  readonly rank: number;
  readonly tailBytes: number;
}

export const noLog: JobLog = { text: '', truncated: false, kept: true };

const liveLog = async (runtime: Pick<Runtime, 'logs'>, row: JobRow, wanted: Wanted): Promise<JobLog> => {
  const text = await runtime.logs(refOf(row), wanted);
  return { text, truncated: Buffer.byteLength(text) >= wanted.tailBytes, kept: false };
};

/** What a job wrote: live while it is there, else what was kept. Between its end and the keeping, still live. */
export const logOf = async (
  runtime: Pick<Runtime, 'logs'>,
  db: Executor,
  row: JobRow,
  wanted: Wanted,
): Promise<JobLog> => {
  if (row.released_at === null && (row.status === 'active' || row.status === 'preparing'))
    return liveLog(runtime, row, wanted);
  let kept = await keptLog(db, row.id, wanted.rank);
  if (kept === undefined && row.released_at === null) {
    const live = await liveLog(runtime, row, wanted).catch(() => noLog);
    if (live.text !== '') return live;
    // Or it was kept and removed in this very moment.
    kept = await keptLog(db, row.id, wanted.rank);
  }
  if (kept === undefined) return noLog;
  const text = Buffer.from(kept.text).subarray(-wanted.tailBytes).toString('utf8');
  return { text, truncated: kept.truncated || kept.text.length > text.length, kept: true };
};
