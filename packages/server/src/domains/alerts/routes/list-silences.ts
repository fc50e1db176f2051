import { Type } from 'typebox';
import { AlertSilence, PageQuery, pageOf } from '@gpushield/contracts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { presentSilence } from '../present.ts';
import { listSilences } from '../silence-store.ts';

const SilencesQuery = Type.Object(
  {
    ended: Type.Optional(Type.Boolean({ default: false, description: 'Those that have ended as well' })),
    ...PageQuery,
  },
  { additionalProperties: false },
);

export const listSilencesRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/alerts/silences',
    operationId: 'listAlertSilences',
    summary: 'Silences that have not ended, newest first',
    tag: 'alerts',
    access: { scope: 'alerts:read' },
    audit: { when: 'with', action: 'alert.list_silences' },
    effect: 'read',
    schema: { query: SilencesQuery, responses: { 200: pageOf(AlertSilence) } },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) => {
      const now = new Date(deps.clock.nowMs());
      const unendedAt = query.ended === true ? null : now;
      return ok(
        await paginate({
          codec: deps.cursors,
          list: 'alert-silences',
          request: query,
          filters: query,
          fetch: (limit, after) => listSilences(ctx.db, { unendedAt, limit, after }),
          position: (silence) => ({ sort: String(silence.createdAt.getTime()), id: silence.id }),
          present: (silence) => presentSilence(silence, now),
        }),
      );
    },
  });
