import { Type, type Static } from 'typebox';
import { Severity, Uuid, text, type Alert } from '@gpushield/contracts';
import { eventStream, eventStreamHeaders, formatEvent } from '../../../platform/http/event-stream.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { followChanges } from '../follow-changes.ts';

const StreamQuery = Type.Object(
  {
    severity: Type.Optional(Severity),
    source: Type.Optional(text(64, 1)),
    node_id: Type.Optional(Uuid),
    gpu_id: Type.Optional(Uuid),
    last_event_id: Type.Optional(text(32)),
  },
  { additionalProperties: false },
);
type StreamQuery = Static<typeof StreamQuery>;

const isWanted = (query: StreamQuery, alert: Alert): boolean =>
  (query.severity === undefined || alert.severity === query.severity) &&
  (query.source === undefined || alert.source === query.source) &&
  (query.node_id === undefined || alert.node_id === query.node_id.toLowerCase()) &&
  (query.gpu_id === undefined || alert.gpu_id === query.gpu_id.toLowerCase());

async function* eventsOf(
  deps: AlertDeps,
  query: StreamQuery,
  after: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let begun = false;
  for await (const batch of followChanges(deps.feed, { after, signal })) {
    // Tells that what happens from now on will come.
    if (!begun) yield ': following\n\n';
    begun = true;
    const frames = batch.flatMap((followed) => {
      if (followed.kind === 'reset') return [formatEvent({ event: 'reset', id: followed.id, data: '{}' })];
      const { id, event } = followed;
      if (!isWanted(query, event.alert)) return [];
      return [formatEvent({ event: `alert.${event.kind}`, id, data: JSON.stringify(event) })];
    });
    if (frames.length > 0) yield frames.join('');
  }
}

export const streamAlertsRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/alerts/stream',
    operationId: 'streamAlerts',
    summary: 'Changes of alerts as they happen, as server-sent events; resumed by Last-Event-ID',
    tag: 'alerts',
    access: { scope: 'alerts:read' },
    audit: { when: 'before', action: 'alert.stream' },
    effect: 'read',
    produces: 'text/event-stream',
    schema: {
      query: StreamQuery,
      responses: {
        200: Type.String({
          description:
            'Events `alert.created` and `alert.changed` with an AlertStreamEvent as data, and `reset` where what is asked for is not kept any more',
        }),
      },
    },
    handler: ({ query }, ctx) => {
      const leave = deps.streams?.enter(ctx.principal.id);
      const after = ctx.header('last-event-id') ?? query.last_event_id;
      const body = eventStream({
        source: (signal) => eventsOf(deps, query, after, signal),
        signal: ctx.signal,
        recheck: () => ctx.recheck(),
        ...(leave === undefined ? {} : { onClose: leave }),
      });
      return Promise.resolve(ok(body, eventStreamHeaders));
    },
  });
