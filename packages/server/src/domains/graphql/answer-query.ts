import {
  execute,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import type { RequestContext, RouteResult } from '../../platform/http/route.ts';
import { createGraphqlContext } from './context.ts';
import type { GraphqlDomainDeps } from './deps.ts';
import { errorFormatter } from './format-error.ts';
import { negotiate, type ResponseType } from './negotiate.ts';
import { parseDocument, validateDocument } from './read-document.ts';
import { readParameters, type RequestParameters } from './request-parameters.ts';
import { fieldResolver } from './schema.ts';

const notAcceptable: RouteResult = {
  status: 406,
  body: '',
  headers: { accept: 'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8' },
};

const run = async (
  deps: GraphqlDomainDeps,
  schema: GraphQLSchema,
  { query, operationName, variables }: RequestParameters,
  ctx: RequestContext,
): Promise<ExecutionResult> => {
  const document = parseDocument(query);
  const errors = validateDocument(schema, document);
  if (errors.length > 0) return { errors };
  const operation = getOperationAST(document, operationName)?.operation;
  if (operation === undefined) throw new GraphQLError('There is no such operation in the document');
  if (operation === OperationTypeNode.SUBSCRIPTION) {
    throw new GraphQLError('Subscriptions are taken with Accept: text/event-stream');
  }
  return execute({
    schema,
    document,
    operationName,
    variableValues: variables,
    contextValue: createGraphqlContext(deps, ctx, { cache: true, signal: ctx.signal }),
    fieldResolver,
  });
};

/** 400 for what was never executed, to those who know the newer media type; 200 to all others. */
const statusOf = ({ data }: ExecutionResult, type: ResponseType): number =>
  data === undefined && type === 'application/graphql-response+json' ? 400 : 200;

/** GraphQL over HTTP by POST; graphql-http's audit is the test of it. */
export const createQueryHandler =
  (deps: GraphqlDomainDeps, schema: GraphQLSchema) =>
  async (body: unknown, ctx: RequestContext): Promise<RouteResult> => {
    const type = negotiate(ctx.header('accept'));
    if (type === undefined) return notAcceptable;
    const parameters = readParameters(body);
    const { errors, ...result } = await run(deps, schema, parameters, ctx).catch((error: unknown) => {
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    });
    const answer = errors === undefined ? result : { ...result, errors: errors.map(errorFormatter(ctx)) };
    return {
      status: statusOf(answer, type),
      body: JSON.stringify(answer),
      headers: { 'content-type': `${type}; charset=utf-8` },
    };
  };
