import { ResolveAlert } from '@gpushield/contracts';
import type { Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { changeRoute } from './change-route.ts';

export const resolveRoute = (deps: AlertDeps): Route =>
  changeRoute(deps, {
    verb: 'resolve',
    operationId: 'resolveAlert',
    summary: 'Close an alert; accepted makes what is there now the integrity baseline',
    body: ResolveAlert,
    command: ({ resolution = 'fixed', note = null }) => ({ action: 'resolve', resolution, note }),
  });
