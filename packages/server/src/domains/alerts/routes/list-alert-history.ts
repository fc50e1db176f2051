import { Type } from 'typebox';
import { AlertHistoryEntry, PageQuery, pageOf } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { presentHistory } from '../present.ts';
import { listHistory } from '../history-store.ts';
import { findAlert } from '../store.ts';
import { AlertParams } from './params.ts';

export const listAlertHistoryRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/alerts/:id/history',
    operationId: 'listAlertHistory',
    summary:
      'What happened to an alert, newest first; repetitions are listed at the 2nd, 4th, 8th … occurrence',
    tag: 'alerts',
    access: { scope: 'alerts:read' },
    audit: { when: 'with', action: 'alert.read_history', resource: 'alert:{id}' },
    effect: 'read',
    schema: {
      params: AlertParams,
      query: Type.Object(PageQuery),
      responses: { 200: pageOf(AlertHistoryEntry) },
    },
    errors: ['not_found', 'invalid_cursor'],
    handler: async ({ params, query }, ctx) => {
      if ((await findAlert(ctx.db, params.id)) === undefined) {
        throw new AppError('not_found', { detail: 'There is no alert with this id' });
      }
      return ok(
        await paginate({
          codec: deps.cursors,
          list: 'alert-history',
          request: query,
          filters: { alert: params.id },
          fetch: (limit, after) => listHistory(ctx.db, params.id, limit, after),
          position: (entry) => ({ sort: String(entry.at.getTime()), id: entry.id }),
          present: presentHistory,
        }),
      );
    },
  });
