import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { Route } from '../../platform/http/route.ts';
import { listQueueMessagesRoute } from './routes/list-queue-messages.ts';
import { listQueuesRoute } from './routes/list-queues.ts';
import { purgeQueueRoute } from './routes/purge-queue.ts';
import { resendDeadLettersRoute } from './routes/resend-dead-letters.ts';

/** The queues as their operators see them; the platform works them. */
export const createQueuesDomain = (deps: {
  readonly cursors: CursorCodec;
}): { readonly routes: readonly Route[] } => ({
  routes: [listQueuesRoute(deps), listQueueMessagesRoute(deps), resendDeadLettersRoute(), purgeQueueRoute()],
});
