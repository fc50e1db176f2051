import { isSchema, schemaAt, type Operation, type Parameter, type Schema } from './operations.ts';

const identifier = /^[A-Za-z_$][\w$]*$/;
const keyOf = (name: string): string => (identifier.test(name) ? name : JSON.stringify(name));
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const union = (types: readonly string[]): string => [...new Set(types)].join(' | ') || 'never';

const objectType = (schema: Schema): string => {
  const required = new Set(listOf(schema['required']));
  const fields = Object.entries(schemaAt(schema, 'properties') ?? {}).map(
    ([name, part]) =>
      `${keyOf(name)}${required.has(name) ? '' : '?'}: ${isSchema(part) ? typeOf(part) : 'unknown'}`,
  );
  if (fields.length > 0) return `{ ${fields.join('; ')} }`;
  const [pattern] = Object.values(schemaAt(schema, 'patternProperties') ?? {});
  const further = schema['additionalProperties'];
  if (isSchema(pattern)) return `Record<string, ${typeOf(pattern)}>`;
  return isSchema(further) ? `Record<string, ${typeOf(further)}>` : 'Record<string, unknown>';
};

/** A JSON Schema as a type of TypeScript. */
export const typeOf = (schema: Schema): string => {
  if (typeof schema['$ref'] === 'string') return 'Problem';
  if ('const' in schema) return JSON.stringify(schema['const']);
  const choices = listOf(schema['enum']);
  if (choices.length > 0) return union(choices.map((choice) => JSON.stringify(choice)));
  const variants = [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])].filter(isSchema);
  if (variants.length > 0) return union(variants.map(typeOf));
  const both = listOf(schema['allOf']).filter(isSchema);
  if (both.length > 0) return both.map((part) => `(${typeOf(part)})`).join(' & ');
  if (Array.isArray(schema['type'])) {
    return union(schema['type'].map((type: unknown) => typeOf({ ...schema, type })));
  }
  switch (schema['type']) {
    case 'string':
      return 'string';
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'null':
      return 'null';
    case 'array':
      return `readonly (${isSchema(schema['items']) ? typeOf(schema['items']) : 'unknown'})[]`;
    case 'object':
      return objectType(schema);
    default:
      return schemaAt(schema, 'properties') === undefined ? 'unknown' : objectType(schema);
  }
};

const parametersType = (parameters: readonly Parameter[]): string =>
  `{ ${parameters.map(({ name, required, schema }) => `${keyOf(name)}${required ? '' : '?'}: ${typeOf(schema)}`).join('; ')} }`;

const inputOf = ({ pathParameters, query, body }: Operation): string => {
  const parts: string[] = [];
  if (pathParameters.length > 0) parts.push(`path: ${parametersType(pathParameters)}`);
  if (query.length > 0)
    parts.push(`query${query.some(({ required }) => required) ? '' : '?'}: ${parametersType(query)}`);
  if (body !== undefined) parts.push(`body: ${typeOf(body)}`);
  return parts.length === 0 ? 'Record<never, never>' : `{ ${parts.join('; ')} }`;
};

/** The generated half of the TypeScript SDK: what each operation takes and answers, and how it is called. */
export const renderTypeScript = (operations: readonly Operation[]): string => {
  const types = operations.map(
    (operation) =>
      `  /** ${operation.summary.replaceAll('*/', '')} */\n  ${operation.id}: {\n    input: ${inputOf(operation)};\n    output: ${operation.response === undefined ? 'undefined' : typeOf(operation.response)};\n  };`,
  );
  const table = operations.map(
    ({ id, method, path, takesIdempotencyKey, isList }) =>
      `  ${id}: { method: '${method}', path: '${path}', keyed: ${String(takesIdempotencyKey)}, list: ${String(isList)} },`,
  );
  return [
    '// Generated from the OpenAPI document by tools/sdk: `npm run drift -- --write`. Do not edit.',
    '/* eslint-disable max-lines */',
    '',
    '/** What each operation takes and answers. */',
    'export interface Operations {',
    ...types,
    '}',
    '',
    'export const operations = {',
    ...table,
    '} as const;',
    '',
  ].join('\n');
};
