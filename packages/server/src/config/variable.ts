import type { Parser } from './parsed.ts';

/** Where a variable stands in the documentation. */
export type VariableGroup =
  | 'Server'
  | 'Database'
  | 'Identity'
  | 'Secrets'
  | 'Telemetry'
  | 'Scoring'
  | 'Limits'
  | 'Alerts'
  | 'Webhooks'
  | 'Audit'
  | 'Queue'
  | 'Inference'
  | 'Reservations';

/**
 * One environment variable. The same row drives parsing, the report of problems, `.env.example` and the
 * reference table, so that none of them can say something else.
 */
export interface Variable<T> {
  readonly name: string;
  readonly group: VariableGroup;
  /** One sentence or two, for the reference and for `.env.example`. */
  readonly description: string;
  /** A valid value, shown when a value is refused. */
  readonly example: string;
  /** Whether its value must never be shown. */
  readonly secret: boolean;
  /** The text that stands in when the variable is unset or empty; undefined if nothing does. */
  readonly defaultText: string | undefined;
  /** What happens without it, where it has no default. */
  readonly whenUnset: string | undefined;
  readonly parse: Parser<T>;
  readonly optional: boolean;
}

interface Facts<T> {
  readonly group: VariableGroup;
  readonly description: string;
  readonly example?: string;
  readonly secret?: true;
  readonly parse: Parser<T>;
}

/** A variable that always has a value. */
export type Defaulted<T> = Variable<T> & { readonly optional: false };

/** A variable that may have none. */
export type Optional<T> = Variable<T> & { readonly optional: true };

export const defaulted = <T>(name: string, defaultText: string, facts: Facts<T>): Defaulted<T> => ({
  name,
  group: facts.group,
  description: facts.description,
  example: facts.example ?? defaultText,
  secret: facts.secret ?? false,
  defaultText,
  whenUnset: undefined,
  parse: facts.parse,
  optional: false,
});

export const optional = <T>(
  name: string,
  facts: Facts<T> & { readonly example: string; readonly whenUnset: string },
): Optional<T> => ({
  name,
  group: facts.group,
  description: facts.description,
  example: facts.example,
  secret: facts.secret ?? false,
  defaultText: undefined,
  whenUnset: facts.whenUnset,
  parse: facts.parse,
  optional: true,
});

/** The values of a table of variables, by the table's own keys. */
export type ValuesOf<Table> = {
  readonly [Key in keyof Table]: Table[Key] extends Defaulted<infer T>
    ? T
    : Table[Key] extends Optional<infer T>
      ? T | undefined
      : never;
};
