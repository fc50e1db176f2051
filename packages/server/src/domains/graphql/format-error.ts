import { GraphQLError } from 'graphql';
import { AppError } from '../../platform/errors.ts';
import { classifyError } from '../../platform/http/classify-error.ts';
import type { RequestContext } from '../../platform/http/route.ts';

/** An error as clients see it: the catalogue's code, and nothing of a cause that is ours. */
export const errorFormatter =
  (ctx: Pick<RequestContext, 'correlationId' | 'log'>) =>
  (error: Readonly<GraphQLError | Error>): GraphQLError => {
    const original = error instanceof GraphQLError ? error.originalError : error;
    if (error instanceof GraphQLError && original === undefined) return error;
    const known = classifyError(original);
    if (known.status >= 500) ctx.log.error({ err: original }, 'a field could not be resolved');
    const place =
      error instanceof GraphQLError ? { nodes: error.nodes ?? null, path: error.path ?? null } : {};
    const message = original instanceof AppError ? original.message : known.message;
    return new GraphQLError(message, {
      ...place,
      extensions: { code: known.code, correlation_id: ctx.correlationId },
    });
  };
