import type { Executor } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import { listQueueNames } from '../../platform/queue/index.ts';

/** Answers 404 for a queue that is not there. */
export const assertKnownQueue = async (db: Executor, name: string): Promise<void> => {
  if (!(await listQueueNames(db)).includes(name)) {
    throw new AppError('not_found', { detail: 'There is no queue with this name' });
  }
};
