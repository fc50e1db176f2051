import { AppError } from '../../platform/errors.ts';

/** The parameters of a request, by GraphQL over HTTP. */
export interface RequestParameters {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refuse = (field: string, message: string): AppError =>
  new AppError('invalid_request', {
    detail: `${field} ${message}`,
    errors: [{ field: `/${field}`, message }],
  });

/** Throws `invalid_request` (400) for what is no request. */
export const readParameters = (body: unknown): RequestParameters => {
  if (!isMap(body)) throw refuse('body', 'must be an object');
  const { query, operationName = null, variables = null, extensions = null } = body;
  if (typeof query !== 'string') throw refuse('query', 'must be a text');
  if (operationName !== null && typeof operationName !== 'string')
    throw refuse('operationName', 'must be a text');
  if (variables !== null && !isMap(variables)) throw refuse('variables', 'must be an object');
  if (extensions !== null && !isMap(extensions)) throw refuse('extensions', 'must be an object');
  return { query, operationName, variables: variables ?? {} };
};
