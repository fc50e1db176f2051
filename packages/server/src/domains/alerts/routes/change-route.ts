import { Alert, type ErrorCode } from '@gpushield/contracts';
import type { Static, TSchema } from 'typebox';
import { defineRoute, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import { changeAlert } from '../change-alert.ts';
import type { AlertDeps } from '../deps.ts';
import type { Command } from '../plan-change.ts';
import { presenterNow } from '../present-now.ts';
import { AlertParams } from './params.ts';

export interface ChangeRoute<B extends TSchema> {
  /** The last part of the path, and with underscores the audit's action. */
  readonly verb: string;
  readonly operationId: string;
  readonly summary: string;
  readonly body: B;
  readonly errors?: readonly ErrorCode[];
  readonly command: (body: Static<B>) => Command;
}

/** `POST /api/v1/alerts/:id/<verb>`: one change of one alert, answered with the alert. */
export const changeRoute = <const B extends TSchema>(deps: AlertDeps, spec: ChangeRoute<B>): Route =>
  defineRoute({
    method: 'POST',
    path: `/api/v1/alerts/:id/${spec.verb}`,
    operationId: spec.operationId,
    summary: spec.summary,
    tag: 'alerts',
    access: { scope: 'alerts:write' },
    audit: { when: 'before', action: `alert.${spec.verb.replaceAll('-', '_')}`, resource: 'alert:{id}' },
    effect: 'transaction',
    schema: { params: AlertParams, body: spec.body, responses: { 200: Alert } },
    errors: ['not_found', 'invalid_transition', ...(spec.errors ?? [])],
    handler: async ({ params, body }, ctx) => {
      const tx = transactionOf(ctx);
      const change = { id: params.id, actor: ctx.principal.name, command: spec.command(body as Static<B>) };
      const alert = await changeAlert(deps, tx, change);
      return ok((await presenterNow(deps, tx))(alert));
    },
  });
