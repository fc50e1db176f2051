export type Schema = Readonly<Record<string, unknown>>;

/** One operation as the SDKs offer it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly pathParameters: readonly Parameter[];
  readonly query: readonly Parameter[];
  readonly body: Schema | undefined;
  /** Undefined: the answer has no body. */
  readonly response: Schema | undefined;
  readonly takesIdempotencyKey: boolean;
  /** It answers data and pagination. */
  readonly isList: boolean;
}
export interface Parameter {
  readonly name: string;
  readonly required: boolean;
  readonly schema: Schema;
}

export const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const schemaAt = (from: Schema | undefined, name: string): Schema | undefined => {
  const value = from?.[name];
  return isSchema(value) ? value : undefined;
};
const textAt = (from: Schema, name: string): string => (typeof from[name] === 'string' ? from[name] : '');

const parametersOf = (operation: Schema, place: string): readonly Parameter[] =>
  (Array.isArray(operation['parameters']) ? operation['parameters'] : [])
    .filter(isSchema)
    .filter((parameter) => parameter['in'] === place)
    .map((parameter) => ({
      name: textAt(parameter, 'name'),
      required: parameter['required'] === true,
      schema: schemaAt(parameter, 'schema') ?? {},
    }));

const jsonOf = (holder: Schema | undefined): Schema | undefined =>
  schemaAt(schemaAt(schemaAt(holder, 'content'), 'application/json'), 'schema');

const successOf = (operation: Schema): { readonly isJson: boolean; readonly schema: Schema | undefined } => {
  const responses = schemaAt(operation, 'responses') ?? {};
  const successes = Object.keys(responses).filter((status) => status.startsWith('2'));
  const answers = successes.map((status) => schemaAt(responses, status) ?? {});
  const schemas = answers.map(jsonOf).filter((schema) => schema !== undefined);
  const isJson = answers.every((answer) => answer['content'] === undefined || jsonOf(answer) !== undefined);
  return { isJson, schema: schemas.length > 1 ? { anyOf: schemas } : schemas[0] };
};

/** The operations of an OpenAPI document that speak JSON, by id. Others (OTLP, forms, metrics) have clients of their own. */
export const operationsOf = (document: Schema): readonly Operation[] => {
  const found: Operation[] = [];
  for (const [path, item] of Object.entries(schemaAt(document, 'paths') ?? {})) {
    if (!isSchema(item)) continue;
    for (const [method, operation] of Object.entries(item)) {
      if (!isSchema(operation)) continue;
      const requestBody = schemaAt(operation, 'requestBody');
      const content = schemaAt(requestBody, 'content');
      const success = successOf(operation);
      if (content !== undefined && content['application/json'] === undefined) continue;
      if (content?.['application/x-protobuf'] !== undefined || !success.isJson) continue;
      found.push({
        id: textAt(operation, 'operationId'),
        method: method.toUpperCase(),
        path,
        summary: textAt(operation, 'summary'),
        pathParameters: parametersOf(operation, 'path'),
        query: parametersOf(operation, 'query'),
        body: jsonOf(requestBody),
        response: success.schema,
        takesIdempotencyKey: parametersOf(operation, 'header').some(({ name }) => name === 'Idempotency-Key'),
        isList: schemaAt(schemaAt(success.schema, 'properties'), 'pagination') !== undefined,
      });
    }
  }
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
};
