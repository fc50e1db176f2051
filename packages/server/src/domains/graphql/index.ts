import type { Route } from '../../platform/http/route.ts';
import { createQueryHandler } from './answer-query.ts';
import { createStreamHandler } from './answer-stream.ts';
import type { GraphqlDomainDeps } from './deps.ts';
import { createPlayground } from './playground.ts';
import { getPlayground } from './routes/get-playground.ts';
import { postGraphql } from './routes/post-graphql.ts';
import { createSchema } from './schema.ts';

export type { GraphqlDomainDeps } from './deps.ts';

export interface GraphqlDomain {
  readonly routes: readonly Route[];
}

/** The fleet, its telemetry, events and alerts as one graph. It reads; changes go by the REST API. */
export const createGraphqlDomain = (deps: GraphqlDomainDeps): GraphqlDomain => {
  const schema = createSchema(deps);
  return {
    routes: [
      getPlayground(createPlayground()),
      postGraphql({ query: createQueryHandler(deps, schema), stream: createStreamHandler(deps, schema) }),
    ],
  };
};
