import { isSchema, schemaAt, type Operation, type Parameter, type Schema } from './operations.ts';

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const pascal = (name: string): string =>
  name.replace(/(?:^|[^A-Za-z0-9]+)([a-z0-9]?)/gi, (_all, letter: string) => letter.toUpperCase());
const reserved: ReadonlySet<string> = new Set(
  'from import class global lambda pass return is in not and or if else for while def del'.split(' '),
);
const argument = (name: string): string => {
  const plain = name.replace(/\W/g, '_');
  return reserved.has(plain) || plain === 'self' ? `${plain}_` : plain;
};
const union = (types: readonly string[]): string => {
  const distinct = [...new Set(types)];
  if (distinct.length === 1) return distinct[0] ?? 'Any';
  return distinct.length === 0 ? 'Any' : `Union[${distinct.join(', ')}]`;
};

/** Collects the TypedDicts that types need, in the order of their definition. */
interface Definitions {
  readonly lines: string[];
}

const dictOf = (schema: Schema, name: string, definitions: Definitions): string => {
  const properties = Object.entries(schemaAt(schema, 'properties') ?? {});
  if (properties.length === 0) {
    const [pattern] = Object.values(schemaAt(schema, 'patternProperties') ?? {});
    const further = isSchema(pattern) ? pattern : schema['additionalProperties'];
    return `Dict[str, ${isSchema(further) ? typeOf(further, `${name}Value`, definitions) : 'Any'}]`;
  }
  const required = new Set(listOf(schema['required']));
  const fields = properties.map(([field, part]) => {
    const type = isSchema(part) ? typeOf(part, `${name}${pascal(field)}`, definitions) : 'Any';
    return `    ${JSON.stringify(field)}: ${required.has(field) ? type : `NotRequired[${type}]`},`;
  });
  definitions.lines.push(`${name} = TypedDict("${name}", {`, ...fields, '})', '');
  return name;
};

/** A JSON Schema as a type hint; objects become TypedDicts named after where they stand. */
const typeOf = (schema: Schema, name: string, definitions: Definitions): string => {
  if (typeof schema['$ref'] === 'string') return 'Dict[str, Any]';
  const choices = 'const' in schema ? [schema['const']] : listOf(schema['enum']);
  if (choices.length > 0 && choices.every((choice) => typeof choice === 'string')) {
    return `Literal[${choices.map((choice) => JSON.stringify(choice)).join(', ')}]`;
  }
  const variants = [...listOf(schema['anyOf']), ...listOf(schema['oneOf'])].filter(isSchema);
  if (variants.length > 0) {
    return union(
      variants.map((variant, index) =>
        typeOf(variant, index === 0 ? name : `${name}${String(index + 1)}`, definitions),
      ),
    );
  }
  if (Array.isArray(schema['type'])) {
    return union(schema['type'].map((type: unknown) => typeOf({ ...schema, type }, name, definitions)));
  }
  switch (schema['type']) {
    case 'string':
      return 'str';
    case 'integer':
      return 'int';
    case 'number':
      return 'float';
    case 'boolean':
      return 'bool';
    case 'null':
      return 'None';
    case 'array':
      return `List[${isSchema(schema['items']) ? typeOf(schema['items'], `${name}Item`, definitions) : 'Any'}]`;
    case 'object':
      return dictOf(schema, name, definitions);
    default:
      return 'Any';
  }
};

const signatureOf = (operation: Operation, name: string, definitions: Definitions): readonly string[] => {
  const hint = ({ name: parameter, schema }: Parameter): string =>
    typeOf(schema, `${name}${pascal(parameter)}`, definitions);
  const needed = [
    ...operation.pathParameters.map((one) => `${argument(one.name)}: ${hint(one)}`),
    ...(operation.body === undefined ? [] : [`body: ${typeOf(operation.body, `${name}Body`, definitions)}`]),
  ];
  const optional = [
    ...operation.query.map((one) => `${argument(one.name)}: Optional[${hint(one)}] = None`),
    ...(operation.takesIdempotencyKey ? ['idempotency_key: Optional[str] = None'] : []),
  ];
  return ['self', ...needed, ...(optional.length === 0 ? [] : ['*', ...optional])];
};

const methodOf = (operation: Operation, definitions: Definitions): readonly string[] => {
  const name = pascal(operation.id);
  const output =
    operation.response === undefined ? 'None' : typeOf(operation.response, `${name}Answer`, definitions);
  const path = operation.pathParameters
    .map(({ name: parameter }) => `${JSON.stringify(parameter)}: ${argument(parameter)}`)
    .join(', ');
  const query = operation.query
    .map(({ name: parameter }) => `${JSON.stringify(parameter)}: ${argument(parameter)}`)
    .join(', ');
  const call = [
    JSON.stringify(operation.method),
    JSON.stringify(operation.path),
    `path={${path}}`,
    `query={${query}}`,
    ...(operation.body === undefined ? [] : ['body=body']),
    ...(operation.takesIdempotencyKey ? ['keyed=True', 'idempotency_key=idempotency_key'] : []),
  ];
  return [
    `    def ${snake(operation.id)}(${signatureOf(operation, name, definitions).join(', ')}) -> ${output}:`,
    `        """${operation.summary.replaceAll('"""', "'")}"""`,
    `        return self._request(${call.join(', ')})`,
    '',
  ];
};

/** The generated half of the Python SDK: a method an operation, typed. */
export const renderPython = (operations: readonly Operation[]): string => {
  const definitions: Definitions = { lines: [] };
  const methods = operations.flatMap((operation) => methodOf(operation, definitions));
  return [
    '# Generated from the OpenAPI document by tools/sdk: `npm run drift -- --write`. Do not edit.',
    'from __future__ import annotations',
    '',
    'from typing import TYPE_CHECKING, Any, Dict, List, Optional, Union',
    '',
    'from ._transport import Transport',
    '',
    'if TYPE_CHECKING:',
    '    from typing_extensions import Literal, NotRequired, TypedDict',
    '',
    ...definitions.lines.map((line) => (line === '' ? '' : `    ${line}`)),
    '',
    'class Operations(Transport):',
    '    """Every operation of the API that speaks JSON."""',
    '',
    ...methods,
  ].join('\n');
};
