import type { Secret, SealingKey } from '../platform/secrets/index.ts';
import type { ConfigProblem } from './problems.ts';
import { exampleOf } from './read-values.ts';
import { derivedSealingKey, sealingKeyText } from './sealing-parsers.ts';
import type { Values } from './variables.ts';

/** The sealer's keys: values are sealed with `current` and open with any. */
export interface ConfigSealing {
  readonly current: SealingKey;
  readonly older: readonly SealingKey[];
}

/** The sealing key that the operator gave, in the environment or in a file; undefined without one. */
export interface GivenSealingKey {
  readonly key: SealingKey | undefined;
  readonly problems: readonly ConfigProblem[];
}

/** Reads the operator's key. `readText` answers a file's text, or undefined if it cannot be read. */
export const givenSealingKey = (
  { sealingKey, sealingKeyFile: path, sealingKeysOld }: Values,
  readText: (path: string) => string | undefined,
): GivenSealingKey => {
  if (sealingKey !== undefined || path === undefined) {
    const keys = sealingKey === undefined ? sealingKeysOld : [sealingKey, ...sealingKeysOld];
    return { key: sealingKey, problems: namesakes(keys) };
  }
  const text = readText(path);
  const parsed = text === undefined ? undefined : sealingKeyText(text);
  if (parsed?.ok === true) {
    return { key: parsed.value, problems: namesakes([parsed.value, ...sealingKeysOld]) };
  }
  const variable = 'GPUSHIELD_SEALING_KEY_FILE';
  const fault = parsed === undefined ? 'which cannot be read' : `whose text ${parsed.problem}`;
  const problem = `names ${path}, ${fault}`;
  return { key: undefined, problems: [{ variable, problem, example: exampleOf(variable) }] };
};

/** Two keys of one name: nobody could tell which of them a value needs. */
const namesakes = (keys: readonly SealingKey[]): ConfigProblem[] => {
  const clash = keys.find((one) => keys.some((other) => other.id === one.id && !other.key.equals(one.key)));
  if (clash === undefined) return [];
  const problem = `and the current key hold two different keys of the name ${clash.id}`;
  const example = 'give each key a name of its own';
  return [{ variable: 'GPUSHIELD_SEALING_KEYS_OLD', problem, example }];
};

/**
 * All sealing keys. A server that gets a key of its own keeps the derived one among the older ones, since what it
 * sealed before was sealed with that.
 */
export const resolveSealing = (
  given: SealingKey | undefined,
  older: readonly SealingKey[],
  secretKey: Secret,
): ConfigSealing => {
  const derived = derivedSealingKey(secretKey);
  return given === undefined ? { current: derived, older } : { current: given, older: [...older, derived] };
};
