import { Type } from 'typebox';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { Playground } from '../playground.ts';

const named = Type.Optional(Type.String());
const Named = Type.Object({ query: named, operationName: named, variables: named, extensions: named });

/** The page for browsers. Operations go by POST alone: what a link can start, another site can start. */
export const getPlayground = ({ html, policy }: Playground): Route =>
  defineRoute({
    method: 'GET',
    path: '/graphql',
    operationId: 'graphqlPlayground',
    summary: 'The GraphQL Playground, for browsers',
    tag: 'graphql',
    access: { public: 'A page without data: what it asks for needs the credential that is typed into it' },
    audit: { when: 'none', why: 'It decides nothing and holds nothing' },
    effect: 'read',
    produces: 'text/html; charset=utf-8',
    // What a GET names in its query is refused with the GET, not before.
    schema: { query: Named, responses: { 200: Type.String() } },
    errors: ['method_not_allowed'],
    handler: (_input, ctx) => {
      if (!/\btext\/html\b/i.test(ctx.header('accept') ?? '')) {
        throw new AppError('method_not_allowed', {
          detail: 'GraphQL operations are taken by POST alone',
          headers: { allow: 'POST' },
        });
      }
      return Promise.resolve(ok(html, { 'content-security-policy': policy, 'cache-control': 'no-store' }));
    },
  });
