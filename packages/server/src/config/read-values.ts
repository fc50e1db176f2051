import { maskText } from '../platform/observability/mask.ts';
import { nearestName } from './nearest-name.ts';
import type { ConfigProblem } from './problems.ts';
import { siblingVariables } from './sibling-variables.ts';
import { variables, type Values } from './variables.ts';
import type { Variable } from './variable.ts';

/** An environment, as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Characters of a refused value that a report repeats. */
const shownLength = 60;

/** Our own prefix: a name that has it and means nothing is a typing error that would otherwise go unseen. */
const ownPrefix = 'GPUSHIELD_';

/** Misspelt names that a report lists; the rest is noise. */
const unknownNamesMax = 20;

/** What was read. The values are whole only if `problems` is empty. */
export interface ReadValues {
  readonly values: Partial<Values>;
  readonly problems: readonly ConfigProblem[];
  /** Names of the variables that are set, rightly or wrongly. */
  readonly given: ReadonlySet<string>;
}

/** Reads every variable. */
export const readValues = (env: Environment): ReadValues => {
  const values: Record<string, unknown> = {};
  const problems: ConfigProblem[] = [];
  for (const [key, variable] of Object.entries<Variable<unknown>>(variables)) {
    // Compose files and shells write "NAME=" for "unset".
    const text = isBlank(env[variable.name]) ? variable.defaultText : env[variable.name];
    if (text === undefined) continue;
    const parsed = variable.parse(text);
    if (parsed.ok) values[key] = parsed.value;
    else problems.push(valueProblem(variable, parsed.problem, text));
  }
  const given = new Set(Object.keys(env).filter((name) => !isBlank(env[name])));
  return { values, problems: [...problems, ...unknownNames(env)], given };
};

const isBlank = (text: string | undefined): boolean => text === undefined || text.trim() === '';

const valueProblem = (variable: Variable<unknown>, problem: string, text: string): ConfigProblem => {
  const shown = JSON.stringify(maskText(text).slice(0, shownLength));
  return {
    variable: variable.name,
    problem: variable.secret ? problem : `${problem}, but is ${shown}`,
    example: assignment(variable),
  };
};

/** A variable's valid assignment, as a report shows it. */
export const assignment = (variable: Variable<unknown>): string => `${variable.name}=${variable.example}`;

const unknownNames = (env: Environment): ConfigProblem[] => {
  const known: string[] = Object.values<Variable<unknown>>(variables).map(({ name }) => name);
  const expected = new Set([...known, ...siblingVariables]);
  const unknown = Object.keys(env).filter((name) => name.startsWith(ownPrefix) && !expected.has(name));
  const ours = known.filter((name) => name.startsWith(ownPrefix));
  return unknown.slice(0, unknownNamesMax).map((name) => {
    const nearest = nearestName(name, ours);
    return {
      variable: name,
      problem:
        nearest === undefined ? 'is not a variable of GPUShield' : `is unknown (did you mean ${nearest}?)`,
      example: nearest === undefined ? `unset ${name}` : exampleOf(nearest),
    };
  });
};

/** The example of a variable by its name. */
export const exampleOf = (name: string): string => {
  const variable = Object.values<Variable<unknown>>(variables).find((candidate) => candidate.name === name);
  return variable === undefined ? `unset ${name}` : assignment(variable);
};
