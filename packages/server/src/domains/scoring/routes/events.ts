import { EventQuery, SyscallEvent, pageOf, type EventQuery as Query } from '@gpushield/contracts';
import type { Executor } from '../../../platform/database/types.ts';
import { paginate, type PageRequest } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import { timeOf } from '../../alerts/index.ts';
import { listEvents, positionOfEvent } from '../events/list-events.ts';
import type { ReadDeps } from './read-deps.ts';

/** One page of events; the two lists differ in their name and in what they are bound to. */
export const pageOfEvents = (
  { cursors }: Pick<ReadDeps, 'cursors'>,
  db: Executor,
  list: string,
  { query, processId }: { readonly query: Query & PageRequest; readonly processId: string | undefined },
) =>
  paginate({
    codec: cursors,
    list,
    request: query,
    filters: { ...query, process_id: processId },
    fetch: (limit, after) =>
      listEvents(
        db,
        {
          agentId: query.agent_id,
          processId,
          syscall: query.syscall,
          since: query.since === undefined ? undefined : timeOf(query.since, 'query/since'),
          until: query.until === undefined ? undefined : timeOf(query.until, 'query/until'),
        },
        limit,
        after,
      ),
    position: positionOfEvent,
    present: ({ event }) => event,
  });

export const listEventsRoute = (deps: ReadDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/events',
    operationId: 'listEvents',
    summary: 'Syscall events, the last received first',
    tag: 'Events',
    access: { scope: 'events:read' },
    audit: { when: 'with', action: 'event.list' },
    effect: 'read',
    schema: { query: EventQuery, responses: { 200: pageOf(SyscallEvent) } },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) =>
      ok(await pageOfEvents(deps, ctx.db, 'events', { query, processId: query.process_id })),
  });
