import { EventsAccepted, SyscallEventBatch, maxEventsBodyBytes } from '@gpushield/contracts';
import { defineRoute, type Route } from '../../../platform/http/route.ts';
import { acceptEvents, type AcceptEventsDeps } from '../events/accept-events.ts';
import { sendingAgent } from '../events/sending-agent.ts';

const operationId = 'ingestEvents';
/** The first byte of gzip, which no JSON begins with. */
const gzipMagic = 0x1f;

export const ingestEventsRoute = (deps: AcceptEventsDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/events',
    operationId,
    summary: 'Take syscall events, score them, and answer for each one when all of that is durable',
    tag: 'Events',
    access: { scope: 'events:write', credential: 'agent-or-bearer' },
    audit: { when: 'before', action: 'event.ingest', resource: 'events' },
    effect: 'own',
    gzip: true,
    bodyLimitBytes: maxEventsBodyBytes,
    schema: { body: SyscallEventBatch, responses: { 200: EventsAccepted } },
    errors: ['overloaded', 'storage_full', 'idempotency_key_reused', 'not_owner', 'invalid_request'],
    handler: async ({ body }, ctx) => {
      const agent = await sendingAgent(deps.directory, ctx, body.agent_id);
      // The request's own text is stored as it is where it holds nothing else and came unpacked.
      const text = body.agent_id === undefined && ctx.rawBody?.[0] !== gzipMagic ? ctx.rawBody : undefined;
      return acceptEvents(deps, { agent, raw: body.events, text, operationId }, ctx);
    },
  });
