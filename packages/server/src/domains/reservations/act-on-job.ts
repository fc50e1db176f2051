import type { JobAction, jobActions } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { RouteDeps } from './deps.ts';
import { addEvent } from './event-store.ts';
import { makeDue } from './job-store.ts';
import { isFinal } from './life.ts';
import { messageOf } from './processor/deps.ts';
import type { JobRow } from './types.ts';

type ActionName = (typeof jobActions)[number];

/** Refuses what comes after the end: final statuses never change. */
export const requireOpen = (row: JobRow): void => {
  if (isFinal(row.status))
    throw new AppError('invalid_transition', { detail: `The job is ${row.status}, and that is final` });
};

/** Writes the message that wakes the reconciler, the line of history, and makes the answer. Call it after the change. */
export const requested = async (
  deps: RouteDeps,
  tx: Tx,
  row: JobRow,
  action: ActionName,
  change: {
    readonly message: string;
    readonly kind: string;
    readonly userId: string;
    readonly expiresAt?: Date | null;
  },
): Promise<JobAction> => {
  const at = new Date(deps.clock.nowMs());
  await makeDue(tx, row.id, at);
  await addEvent(tx, { jobId: row.id, at, kind: change.kind, message: change.message });
  await deps.sender.send(tx, deps.queueName, messageOf(action, { job_id: row.id }, change.userId, at));
  const expiresAt = change.expiresAt === undefined ? row.expires_at : change.expiresAt;
  return {
    job_id: row.id,
    action,
    status: 'requested',
    message: change.message,
    expires_at: expiresAt?.toISOString() ?? null,
  };
};
