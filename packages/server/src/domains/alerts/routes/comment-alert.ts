import { AlertComment, CreateAlertComment } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { created, defineRoute, transactionOf, type Route } from '../../../platform/http/route.ts';
import { changeAlert } from '../change-alert.ts';
import { countComments } from '../change-store.ts';
import type { AlertDeps } from '../deps.ts';
import { AlertParams } from './params.ts';

/** A conversation longer than this belongs elsewhere. */
const maxComments = 1_000;

export const commentRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/alerts/:id/comments',
    operationId: 'commentAlert',
    summary: 'Say something about an alert, whatever its status',
    tag: 'alerts',
    access: { scope: 'alerts:write' },
    audit: { when: 'before', action: 'alert.comment', resource: 'alert:{id}' },
    effect: 'transaction',
    schema: { params: AlertParams, body: CreateAlertComment, responses: { 201: AlertComment } },
    errors: ['not_found', 'conflict'],
    handler: async ({ params, body }, ctx) => {
      const tx = transactionOf(ctx);
      const id = deps.newId();
      const author = ctx.principal.name;
      const command = { action: 'comment', body: body.body, note: null } as const;
      // The one entry of this change is the comment.
      const alert = await changeAlert({ ...deps, newId: () => id }, tx, {
        id: params.id,
        actor: author,
        command,
      });
      if ((await countComments(tx, alert.id, maxComments + 1)) > maxComments) {
        throw new AppError('conflict', { detail: `An alert has at most ${String(maxComments)} comments` });
      }
      const at = new Date(deps.clock.nowMs()).toISOString();
      return created({ id, alert_id: alert.id, at, author, body: body.body });
    },
  });
