import { Type } from 'typebox';
import { PageQuery, Queue, pageOf } from '@gpushield/contracts';
import type { Executor } from '../../../platform/database/types.ts';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import { listQueueNames, readDepths } from '../../../platform/queue/index.ts';
import { presentQueue } from '../present.ts';

/** The queues of one page are measured, the others are only named. */
const depthsOfPage = async (db: Executor, limit: number, afterName = '') => {
  const names = (await listQueueNames(db)).sort().filter((name) => name > afterName);
  return (await readDepths(db, names.slice(0, limit))).sort((a, b) => (a.queue < b.queue ? -1 : 1));
};

export const listQueuesRoute = (deps: { readonly cursors: CursorCodec }): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/queues',
    operationId: 'listQueues',
    summary: 'How the queues stand, in the order of their names',
    tag: 'queues',
    access: { scope: 'queues:read' },
    audit: { when: 'with', action: 'queue.list' },
    effect: 'read',
    schema: { query: Type.Object(PageQuery), responses: { 200: pageOf(Queue) } },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) =>
      ok(
        await paginate({
          codec: deps.cursors,
          list: 'queues',
          request: query,
          filters: {},
          fetch: (limit, after) => depthsOfPage(ctx.db, limit, after?.id),
          position: ({ queue }) => ({ sort: queue, id: queue }),
          present: presentQueue,
        }),
      ),
  });
