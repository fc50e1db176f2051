import { Type } from 'typebox';
import { AlertGroup, PageQuery, Timestamp, Uuid, pageOf, text } from '@gpushield/contracts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { listGroups } from '../group-store.ts';
import { timeOf } from '../input-limits.ts';
import { presentGroup } from '../present.ts';

const GroupsQuery = Type.Object(
  {
    source: Type.Optional(text(64, 1)),
    node_id: Type.Optional(Uuid),
    active: Type.Optional(Type.Boolean({ description: 'Only groups with an alert that is active' })),
    since: Type.Optional(Timestamp),
    until: Type.Optional(Timestamp),
    ...PageQuery,
  },
  { additionalProperties: false },
);

export const listGroupsRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/alerts/groups',
    operationId: 'listAlertGroups',
    summary: 'Alerts of one source on one node within a quarter of an hour, newest group first',
    tag: 'alerts',
    access: { scope: 'alerts:read' },
    audit: { when: 'with', action: 'alert.list_groups' },
    effect: 'read',
    schema: { query: GroupsQuery, responses: { 200: pageOf(AlertGroup) } },
    errors: ['invalid_cursor', 'validation_failed'],
    handler: async ({ query }, ctx) => {
      const filters = {
        source: query.source ?? null,
        nodeId: query.node_id ?? null,
        activeOnly: query.active === true,
        since: query.since === undefined ? null : timeOf(query.since, '/since'),
        until: query.until === undefined ? null : timeOf(query.until, '/until'),
      };
      return ok(
        await paginate({
          codec: deps.cursors,
          list: 'alert-groups',
          request: query,
          filters: query,
          fetch: (limit, after) => listGroups(ctx.db, filters, limit, after),
          position: (group) => ({ sort: String(group.windowStart.getTime()), id: group.groupKey }),
          present: presentGroup,
        }),
      );
    },
  });
