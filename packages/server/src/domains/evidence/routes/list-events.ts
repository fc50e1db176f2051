import { Type } from 'typebox';
import {
  PageQuery,
  SecurityEvent,
  Severity,
  Timestamp,
  Uuid,
  eventTypes,
  pageOf,
} from '@gpushield/contracts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import { timeOf } from '../../alerts/index.ts';
import type { EvidenceDomainDeps } from '../deps.ts';
import { listEvents } from '../event-store.ts';
import { presentEvent } from '../present.ts';

const ListEventsQuery = Type.Object({
  node_id: Type.Optional(Uuid),
  sensor_id: Type.Optional(Uuid),
  gpu_id: Type.Optional(Uuid),
  event_type: Type.Optional(Type.Enum([...eventTypes])),
  severity: Type.Optional(Severity),
  since: Type.Optional(Timestamp),
  until: Type.Optional(Timestamp),
  ...PageQuery,
});

export const listEventsRoute = (deps: EvidenceDomainDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/security-events',
    operationId: 'listSecurityEvents',
    summary: 'Security events, newest first by the time of their occurrence',
    tag: 'evidence',
    access: { scope: 'events:read' },
    audit: { when: 'with', action: 'security_event.list' },
    effect: 'read',
    schema: { query: ListEventsQuery, responses: { 200: pageOf(SecurityEvent) } },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) => {
      const since = query.since === undefined ? null : timeOf(query.since, 'query/since');
      const until = query.until === undefined ? null : timeOf(query.until, 'query/until');
      return ok(
        await paginate({
          codec: deps.cursors,
          list: 'security-events',
          request: query,
          filters: query,
          fetch: (limit, after) => listEvents(ctx.db, { ...query, since, until }, limit, after),
          position: (event) => ({ sort: String(event.occurredAt.getTime()), id: event.id }),
          present: presentEvent,
        }),
      );
    },
  });
