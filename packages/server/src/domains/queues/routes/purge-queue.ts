import { PurgeQueue, Purged } from '@gpushield/contracts';
import { defineRoute, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import { purgeDeadLetters } from '../../../platform/queue/index.ts';
import { assertKnownQueue } from '../known-queue.ts';
import { purgeMessages } from '../store.ts';
import { QueueParams } from './params.ts';

/** Dead letters of one call: what one transaction deletes within a request's time. */
const maxPurged = 10_000;

export const purgeQueueRoute = (): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/queues/:name/purge',
    operationId: 'purgeQueue',
    summary: 'Delete for good all messages of a queue, or up to 10,000 of its dead letters',
    tag: 'queues',
    access: { scope: 'queues:write' },
    audit: { when: 'before', action: 'queue.purge', resource: 'queue:{name}' },
    effect: 'transaction',
    schema: { params: QueueParams, body: PurgeQueue, responses: { 200: Purged } },
    errors: ['not_found'],
    handler: async ({ params: { name }, body }, ctx) => {
      const tx = transactionOf(ctx);
      await assertKnownQueue(tx, name);
      const purged =
        body.what === 'messages'
          ? await purgeMessages(tx, name)
          : await purgeDeadLetters(tx, name, maxPurged);
      return ok({ purged });
    },
  });
