import { BulkAccepted, SecurityEventBulk } from '@gpushield/contracts';
import { created, defineRoute, transactionOf, type Route } from '../../../platform/http/route.ts';
import type { EvidenceDomainDeps } from '../deps.ts';
import { recordEvents } from '../record-events.ts';

/** A thousand events of usual size; full evidence on each needs several requests. */
const bodyLimitBytes = 4 * 1024 * 1024;

export const reportEventsRoute = (deps: EvidenceDomainDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/security-events',
    operationId: 'reportSecurityEvents',
    summary: 'Report security events, all of them or none; severity high and above raises alerts',
    tag: 'evidence',
    access: { scope: 'events:write' },
    audit: { when: 'before', action: 'security_event.report' },
    effect: 'transaction',
    bodyLimitBytes,
    schema: { body: SecurityEventBulk, responses: { 201: BulkAccepted } },
    errors: ['unknown_reference'],
    handler: async ({ body }, ctx) => {
      const { accepted, receivedAt } = await recordEvents(deps, transactionOf(ctx), body.records, (node) => {
        ctx.authorize({ ownerId: node.registered_by });
      });
      return created({ accepted, received_at: receivedAt.toISOString() });
    },
  });
