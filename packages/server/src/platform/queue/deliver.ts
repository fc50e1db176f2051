import type { Database } from '../database/types.ts';
import type { Held } from './held.ts';
import { finish } from './store.ts';
import type { Outcome, QueueMessage, WorkerOptions } from './types.ts';

/** How a handler's run ended: with an answer, with an answer that is already committed, or without the message. */
export type Delivered = Outcome | { readonly kind: 'committed' } | { readonly kind: 'gone' };

export interface DeliverDeps {
  readonly db: Database;
  readonly options: WorkerOptions;
  readonly maxRunMs: number;
}

const handle = async (
  { db, options }: DeliverDeps,
  message: QueueMessage,
  held: Held,
): Promise<Delivered> => {
  const context = {
    get signal() {
      return held.abort.signal;
    },
    attempt: message.readCount,
  };
  if (options.handler !== undefined) return options.handler(message, context);
  const { handleInTransaction, queue, whenDone = 'archive' } = options;
  let answered: Delivered | undefined;
  try {
    await db.transaction(async (tx) => {
      answered = await handleInTransaction(message, tx, context);
      if (answered.kind === 'done') {
        const ours = await finish(tx, queue, whenDone, [held]);
        answered = ours.has(held.id) ? { kind: 'committed' } : { kind: 'gone' };
      }
      if (answered.kind !== 'committed') throw new Error('Rolled back: the message is not done');
    });
  } catch (error) {
    // A commit that failed may or may not have happened: the message itself will tell, at its next delivery.
    if (answered === undefined || answered.kind === 'committed') throw error;
  }
  return answered ?? { kind: 'gone' };
};

/** Runs the handler of one delivery. Never rejects: what a handler throws, or running too long, is a retry. */
export const deliver = async (deps: DeliverDeps, message: QueueMessage, held: Held): Promise<Delivered> => {
  const tooLong = Promise.withResolvers<Delivered>();
  const timer = setTimeout(() => {
    held.abort.abort(new Error('ran_too_long'));
    tooLong.resolve({ kind: 'retry', reason: `The handler ran longer than ${deps.maxRunMs} ms` });
  }, deps.maxRunMs);
  try {
    return await Promise.race([handle(deps, message, held), tooLong.promise]);
  } catch (error) {
    return { kind: 'retry', reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
};
