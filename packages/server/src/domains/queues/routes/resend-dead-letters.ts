import { ResendDeadLetters, Resent } from '@gpushield/contracts';
import { defineRoute, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import { resendDeadLetters } from '../../../platform/queue/index.ts';
import { assertKnownQueue } from '../known-queue.ts';
import { QueueParams } from './params.ts';

/** Dead letters of one call when it names none. */
const defaultLimit = 100;

export const resendDeadLettersRoute = (): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/queues/:name/dead-letters/resend',
    operationId: 'resendDeadLetters',
    summary: 'Send dead letters again as new messages: those named, or the oldest',
    tag: 'queues',
    access: { scope: 'queues:write' },
    audit: { when: 'before', action: 'queue.resend', resource: 'queue:{name}' },
    effect: 'transaction',
    schema: { params: QueueParams, body: ResendDeadLetters, responses: { 200: Resent } },
    errors: ['not_found'],
    handler: async ({ params: { name }, body }, ctx) => {
      const tx = transactionOf(ctx);
      await assertKnownQueue(tx, name);
      const { ids, limit } = body;
      const choice = { limit: limit ?? ids?.length ?? defaultLimit, ...(ids === undefined ? {} : { ids }) };
      return ok({ resent: await resendDeadLetters(tx, name, choice) });
    },
  });
