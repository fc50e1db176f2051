import { AssignAlert } from '@gpushield/contracts';
import type { Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { changeRoute } from './change-route.ts';

export const assignRoute = (deps: AlertDeps): Route =>
  changeRoute(deps, {
    verb: 'assign',
    operationId: 'assignAlert',
    summary: 'Give an alert to a user, or take it back with null',
    body: AssignAlert,
    errors: ['unknown_reference'],
    command: ({ assignee, note = null }) => ({ action: 'assign', assignee, note }),
  });
