import { uuidPattern } from '@gpushield/contracts';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { TSchema } from 'typebox';
import { AppError, type FieldError } from '../errors.ts';
import { maxFieldErrors } from './problem.ts';
import type { RouteSchema } from './route.ts';

/** Bodies up to this size are checked to the end, larger ones to the first error: listing must stay cheap. */
const exhaustiveBodyBytes = 64 * 1024;

export interface Validators {
  readonly params: (value: unknown) => unknown;
  readonly query: (value: unknown) => unknown;
  readonly body: (value: unknown) => unknown;
}

const formats = addFormats.default;

const createAjv = (options: { coerce: boolean; allErrors: boolean }): Ajv => {
  const ajv = new Ajv({
    coerceTypes: options.coerce ? 'array' : false,
    useDefaults: true,
    allErrors: options.allErrors,
    removeAdditional: false,
    strict: false,
    validateSchema: false,
  });
  // Stricter than ajv's own, which lets urn:uuid: through to PostgreSQL.
  ajv.addFormat('uuid', new RegExp(uuidPattern, 'i'));
  formats(ajv, ['date-time', 'email', 'ipv4', 'ipv6', 'uri', 'hostname']);
  return ajv;
};

const property = (params: Record<string, unknown>, name: string): string => {
  const value = params[name];
  return typeof value === 'string' ? value : '';
};

/** ajv's error in words that name the field. */
const describe = (error: ErrorObject, part: string): FieldError => {
  const at = part === 'body' ? error.instancePath : `${part}${error.instancePath}`;
  if (error.keyword === 'additionalProperties') {
    const name = property(error.params, 'additionalProperty');
    return { field: `${at}/${name}`, message: 'is not a known field' };
  }
  if (error.keyword === 'required') {
    return { field: `${at}/${property(error.params, 'missingProperty')}`, message: 'is required' };
  }
  if (error.keyword === 'enum' && Array.isArray(error.params['allowedValues'])) {
    return {
      field: at || '/',
      message: `must be one of ${error.params['allowedValues'].slice(0, 40).join(', ')}`,
    };
  }
  return { field: at || '/', message: error.message ?? 'is invalid' };
};

/** Union branches that did not match say little by themselves: the branch's own reasons come first. */
const relevant = (errors: readonly ErrorObject[]): readonly ErrorObject[] => {
  const telling = errors.filter(
    ({ keyword, params }) => keyword !== 'anyOf' && !(keyword === 'type' && params['type'] === 'null'),
  );
  return telling.length > 0 ? telling : errors;
};

const refuse = (part: string, errors: readonly ErrorObject[]): never => {
  const fields = relevant(errors)
    .slice(0, maxFieldErrors)
    .map((error) => describe(error, part));
  const [first] = fields;
  const detail = first === undefined ? `The ${part} is invalid` : `${first.field} ${first.message}`;
  throw new AppError(part === 'body' ? 'validation_failed' : 'invalid_request', { detail, errors: fields });
};

const compile = (
  ajv: Ajv,
  schema: TSchema | undefined,
  part: string,
  isPlain: (value: unknown) => boolean = () => false,
): ((value: unknown) => unknown) => {
  if (schema === undefined) return () => undefined;
  // Compiled when it is first used: all of them at the start would cost a fifth of a second and some megabytes.
  let compiled: ValidateFunction | undefined;
  return (value) => {
    if (isPlain(value)) return value;
    const validate = (compiled ??= ajv.compile(schema));
    const subject = value ?? {};
    if (!validate(subject)) refuse(part, validate.errors ?? []);
    return subject;
  };
};

/** A query without a schema of its own takes no parameters; one with a schema refuses others by name. */
const strictQuery = (schema: TSchema | undefined): object => ({
  type: 'object',
  properties: {},
  ...schema,
  additionalProperties: false,
});

export interface ValidatorFactory {
  validatorsFor(schema: RouteSchema, bodyLimitBytes: number): Validators;
}

/** Query and path are coerced from text; bodies never are. */
export const createValidatorFactory = (): ValidatorFactory => {
  const textAjv = createAjv({ coerce: true, allErrors: true });
  const bodyAjv = createAjv({ coerce: false, allErrors: true });
  const bulkAjv = createAjv({ coerce: false, allErrors: false });
  return {
    validatorsFor: (schema, bodyLimitBytes) => ({
      params: compile(textAjv, schema.params, 'params'),
      query: compile(textAjv, strictQuery(schema.query), 'query'),
      body: compile(
        bodyLimitBytes <= exhaustiveBodyBytes ? bodyAjv : bulkAjv,
        schema.body,
        'body',
        schema.plainBody,
      ),
    }),
  };
};
