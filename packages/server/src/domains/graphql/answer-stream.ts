import {
  execute,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  subscribe,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { AppError } from '../../platform/errors.ts';
import { eventStream, eventStreamHeaders, formatEvent } from '../../platform/http/event-stream.ts';
import { ok, type RequestContext, type RouteResult } from '../../platform/http/route.ts';
import { createGraphqlContext } from './context.ts';
import type { GraphqlDomainDeps } from './deps.ts';
import { errorFormatter } from './format-error.ts';
import { parseDocument, validateDocument } from './read-document.ts';
import { readParameters, type RequestParameters } from './request-parameters.ts';
import { fieldResolver } from './schema.ts';

interface Operation {
  readonly document: DocumentNode;
  readonly parameters: RequestParameters;
  readonly isSubscription: boolean;
}

/** Throws `invalid_request` (400) for what is no operation of this schema. */
const readOperation = (schema: GraphQLSchema, body: unknown): Operation => {
  const refuse = (detail: string): AppError => new AppError('invalid_request', { detail });
  const parameters = readParameters(body);
  try {
    const document = parseDocument(parameters.query);
    const [fault] = validateDocument(schema, document);
    if (fault !== undefined) throw refuse(fault.message);
    const operation = getOperationAST(document, parameters.operationName)?.operation;
    if (operation === undefined) throw refuse('There is no such operation in the document');
    return { document, parameters, isSubscription: operation === OperationTypeNode.SUBSCRIPTION };
  } catch (error) {
    if (error instanceof GraphQLError) throw refuse(error.message);
    throw error;
  }
};

const isStream = (
  result: ExecutionResult | AsyncGenerator<ExecutionResult, void, void>,
): result is AsyncGenerator<ExecutionResult, void, void> => Symbol.asyncIterator in result;

/** `graphql-sse`'s distinct connections: one operation a request, its results as `next`, its end as `complete`. */
export const createStreamHandler =
  (deps: GraphqlDomainDeps, schema: GraphQLSchema) =>
  async (body: unknown, ctx: RequestContext): Promise<RouteResult> => {
    const operation = readOperation(schema, body);
    const leave = deps.streams.enter(ctx.principal.id);
    const format = errorFormatter(ctx);
    const frameOf = ({ errors, ...result }: ExecutionResult): string =>
      formatEvent({
        event: 'next',
        data: JSON.stringify(errors === undefined ? result : { ...result, errors: errors.map(format) }),
      });
    const source = async function* (signal: AbortSignal): AsyncGenerator<string> {
      const args = {
        schema,
        document: operation.document,
        variableValues: operation.parameters.variables,
        operationName: operation.parameters.operationName,
        contextValue: createGraphqlContext(deps, ctx, { cache: !operation.isSubscription, signal }),
        fieldResolver,
      };
      const result = operation.isSubscription ? await subscribe(args) : await execute(args);
      if (!isStream(result)) yield frameOf(result);
      else for await (const each of result) yield frameOf(each);
      yield formatEvent({ event: 'complete', data: '' });
    };
    const stream = eventStream({ source, signal: ctx.signal, recheck: () => ctx.recheck(), onClose: leave });
    return Promise.resolve(ok(stream, eventStreamHeaders));
  };
