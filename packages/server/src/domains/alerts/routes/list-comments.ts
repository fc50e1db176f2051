import { Type } from 'typebox';
import { AlertComment, PageQuery, pageOf } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { listHistory } from '../history-store.ts';
import { presentComment } from '../present.ts';
import { findAlert } from '../store.ts';
import { AlertParams } from './params.ts';

export const listCommentsRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/alerts/:id/comments',
    operationId: 'listAlertComments',
    summary: 'What was said about an alert, newest first',
    tag: 'alerts',
    access: { scope: 'alerts:read' },
    audit: { when: 'with', action: 'alert.read_comments', resource: 'alert:{id}' },
    effect: 'read',
    schema: {
      params: AlertParams,
      query: Type.Object(PageQuery),
      responses: { 200: pageOf(AlertComment) },
    },
    errors: ['not_found', 'invalid_cursor'],
    handler: async ({ params, query }, ctx) => {
      if ((await findAlert(ctx.db, params.id)) === undefined) {
        throw new AppError('not_found', { detail: 'There is no alert with this id' });
      }
      return ok(
        await paginate({
          codec: deps.cursors,
          list: 'alert-comments',
          request: query,
          filters: { alert: params.id },
          fetch: (limit, after) => listHistory(ctx.db, params.id, limit, after, 'commented'),
          position: (entry) => ({ sort: String(entry.at.getTime()), id: entry.id }),
          present: presentComment,
        }),
      );
    },
  });
