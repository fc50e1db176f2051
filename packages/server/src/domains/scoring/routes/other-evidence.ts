import { Type } from 'typebox';
import { AgentId, EventsAccepted, maxEventsBodyBytes, maxEventsPerRequest } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, type Route } from '../../../platform/http/route.ts';
import type { AgentRecord } from '../agents/agent-store.ts';
import { acceptEvents, type AcceptEventsDeps } from '../events/accept-events.ts';
import { fromFalco } from '../evidence/from-falco.ts';
import { fromTetragon } from '../evidence/from-tetragon.ts';

interface Tool {
  readonly format: 'falco' | 'tetragon';
  readonly name: string;
  readonly read: (event: unknown) => unknown;
}

const tools: readonly Tool[] = [
  { format: 'falco', name: 'Falco', read: fromFalco },
  { format: 'tetragon', name: 'Tetragon', read: fromTetragon },
];

/** These tools cannot sign, so their agent is named by the path; its own secret still may. */
const requireFormat = (agent: AgentRecord, { format, name }: Tool): void => {
  if (agent.status === 'revoked') throw new AppError('conflict', { detail: 'The agent is revoked' });
  if (agent.format !== format) {
    throw new AppError('conflict', {
      detail: `The agent is not registered with the format ${format} of ${name}`,
    });
  }
};

const routeOf = (deps: AcceptEventsDeps, tool: Tool): Route => {
  const operationId = tool.format === 'falco' ? 'ingestFalcoEvents' : 'ingestTetragonEvents';
  return defineRoute({
    method: 'POST',
    path: `/api/v1/events/${tool.format}/:agent_id`,
    operationId,
    summary: `Take ${tool.name}'s own JSON: an event, a list of events, or one a line`,
    tag: 'Events',
    access: { scope: 'events:write', credential: 'agent-or-bearer' },
    audit: { when: 'before', action: `event.ingest.${tool.format}` },
    effect: 'own',
    consumes: 'json-lines',
    gzip: true,
    bodyLimitBytes: maxEventsBodyBytes,
    schema: {
      params: Type.Object({ agent_id: AgentId }),
      body: Type.Unknown({ description: `${tool.name}'s JSON` }),
      responses: { 200: EventsAccepted },
    },
    errors: ['not_found', 'overloaded', 'storage_full', 'idempotency_key_reused', 'not_owner', 'conflict'],
    handler: async ({ params: { agent_id: id }, body }, ctx) => {
      const { principal } = ctx;
      if (principal.kind === 'agent' && principal.name !== id) throw new AppError('not_owner');
      const agent = await deps.directory.get(id);
      if (agent === undefined) throw new AppError('not_found', { detail: 'There is no agent of this id' });
      if (principal.kind !== 'agent') ctx.authorize({ ownerId: agent.registeredBy });
      requireFormat(agent, tool);
      const events: readonly unknown[] = Array.isArray(body) ? body : [body];
      if (events.length > maxEventsPerRequest) {
        throw new AppError('validation_failed', {
          detail: `More than ${String(maxEventsPerRequest)} events`,
        });
      }
      return acceptEvents(deps, { agent, raw: events.map(tool.read), text: undefined, operationId }, ctx);
    },
  });
};

/** Evidence of other tools as it is, each agent of theirs with a credential of its own. */
export const otherEvidenceRoutes = (deps: AcceptEventsDeps): readonly Route[] =>
  tools.map((tool) => routeOf(deps, tool));
