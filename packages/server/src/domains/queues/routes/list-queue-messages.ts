import { Type } from 'typebox';
import { PageQuery, QueueMessageState, QueueMessageView, pageOf } from '@gpushield/contracts';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import { assertKnownQueue } from '../known-queue.ts';
import { presentMessage } from '../present.ts';
import { peekMessages } from '../store.ts';
import { QueueParams } from './params.ts';

export const listQueueMessagesRoute = (deps: { readonly cursors: CursorCodec }): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/queues/:name/messages',
    operationId: 'listQueueMessages',
    summary: 'A look at messages that changes nothing about them: oldest first, dead letters newest first',
    tag: 'queues',
    access: { scope: 'queues:read' },
    audit: { when: 'with', action: 'queue.peek', resource: 'queue:{name}' },
    effect: 'read',
    schema: {
      params: QueueParams,
      query: Type.Object({ state: Type.Optional(QueueMessageState), ...PageQuery }),
      responses: { 200: pageOf(QueueMessageView) },
    },
    errors: ['not_found', 'invalid_cursor'],
    handler: async ({ params: { name }, query }, ctx) => {
      await assertKnownQueue(ctx.db, name);
      const state = query.state ?? 'ready';
      return ok(
        await paginate({
          codec: deps.cursors,
          list: 'queue-messages',
          request: query,
          filters: { name, state },
          fetch: (limit, after) => peekMessages(ctx.db, name, state, limit, after?.id),
          position: ({ id }) => ({ sort: id, id }),
          present: presentMessage,
        }),
      );
    },
  });
