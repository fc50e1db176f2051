import { InvestigateAlert } from '@gpushield/contracts';
import type { Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { changeRoute } from './change-route.ts';

export const investigateRoute = (deps: AlertDeps): Route =>
  changeRoute(deps, {
    verb: 'investigate',
    operationId: 'investigateAlert',
    summary: 'Say that somebody works on it; acknowledges what nobody acknowledged',
    body: InvestigateAlert,
    command: ({ note = null }) => ({ action: 'investigate', note }),
  });
