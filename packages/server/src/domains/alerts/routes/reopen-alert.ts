import { ReopenAlert } from '@gpushield/contracts';
import type { Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { changeRoute } from './change-route.ts';

export const reopenRoute = (deps: AlertDeps): Route =>
  changeRoute(deps, {
    verb: 'reopen',
    operationId: 'reopenAlert',
    summary: 'Open a closed alert again; 409 while another one with its fingerprint is active',
    body: ReopenAlert,
    errors: ['conflict'],
    command: ({ note = null }) => ({ action: 'reopen', note }),
  });
