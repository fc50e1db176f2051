import { AcknowledgeAlert } from '@gpushield/contracts';
import type { Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { changeRoute } from './change-route.ts';

export const acknowledgeRoute = (deps: AlertDeps): Route =>
  changeRoute(deps, {
    verb: 'acknowledge',
    operationId: 'acknowledgeAlert',
    summary: 'Say that somebody looks at it; a second time changes nothing',
    body: AcknowledgeAlert,
    command: ({ note = null }) => ({ action: 'acknowledge', note }),
  });
