import { Type } from 'typebox';
import {
  defineRoute,
  type RequestContext,
  type Route,
  type RouteResult,
} from '../../../platform/http/route.ts';

type Answer = (body: unknown, ctx: RequestContext) => Promise<RouteResult>;

/** A document of 32 KiB and its variables. */
const bodyLimitBytes = 128 * 1024;
const cost = 5;

export const postGraphql = ({ query, stream }: { readonly query: Answer; readonly stream: Answer }): Route =>
  defineRoute({
    method: 'POST',
    path: '/graphql',
    operationId: 'graphql',
    summary: 'GraphQL over HTTP; with Accept: text/event-stream, subscriptions as server-sent events',
    tag: 'graphql',
    access: { scope: 'self' },
    audit: { when: 'with', action: 'graphql.query', resource: 'graphql' },
    effect: 'read',
    produces: 'application/graphql-response+json',
    bodyLimitBytes,
    cost,
    schema: {
      body: Type.Unknown({
        description: 'query, and perhaps operationName, variables and extensions (GraphQL over HTTP)',
      }),
      responses: {
        200: Type.Unknown({ description: 'data and errors, as the GraphQL specification has them' }),
        406: Type.Unknown({
          description: 'The Accept header names nothing that GraphQL over HTTP answers with',
        }),
      },
    },
    errors: ['overloaded', 'method_not_allowed'],
    handler: ({ body }, ctx) =>
      /\btext\/event-stream\b/i.test(ctx.header('accept') ?? '') ? stream(body, ctx) : query(body, ctx),
  });
