import { constants, accessSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { assemble } from './config/assemble.ts';
import { checkTogether } from './config/check-together.ts';
import { ConfigError } from './config/problems.ts';
import { readValues, type Environment } from './config/read-values.ts';
import { givenSealingKey, resolveSealing } from './config/resolve-sealing.ts';
import { resolveSecrets } from './config/resolve-secrets.ts';
import type { Config } from './config/types.ts';
import type { Values } from './config/variables.ts';
import { keepSecret, type KeptSecret } from './platform/secrets/index.ts';

export { readEnvFile } from './config/env-file.ts';
export { ConfigError, type ConfigProblem } from './config/problems.ts';
export type { Argon2Config, Config, DatabaseSource, TlsConfig } from './config/types.ts';
export type { AwsRole } from './config/aws-role.ts';
export type { ConfigSealing } from './config/resolve-sealing.ts';
export type { ConfigKeys, ConfigSecrets } from './config/resolve-secrets.ts';

/** What configuration needs of the machine. */
export interface ConfigContext {
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** Whether the file at this absolute path can be read. */
  canRead(path: string): boolean;
  /** The text of the file at this absolute path; undefined if it cannot be read. */
  readText(path: string): string | undefined;
  /** Finds or makes a secret of the data directory. */
  keepSecret(dataDir: string, name: string): KeptSecret;
}

/** The real machine, as seen from `cwd`. */
export const systemContext = (cwd: string): ConfigContext => ({
  cwd,
  canRead: (path) => {
    try {
      accessSync(path, constants.R_OK);
      return true;
    } catch {
      return false;
    }
  },
  readText: (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
  keepSecret,
});

/**
 * Reads, checks and freezes the whole configuration. Nothing is written unless everything is valid; then secrets
 * that embedded mode lacks are made and kept in the data directory.
 * Errors: `ConfigError`, whose `report` names every problem at once and shows no secret.
 */
export const loadConfig = (env: Environment, context: ConfigContext): Config => {
  const read = readValues(env);
  const canRead = (path: string): boolean => context.canRead(resolve(context.cwd, path));
  const found = [...read.problems, ...checkTogether(read, canRead)];
  if (found.length > 0) throw new ConfigError(found);
  // No problem was found, so every variable that always has a value has one.
  const whole = read.values as Values;
  const dataDir = resolve(context.cwd, whole.dataDir);
  const given = givenSealingKey(whole, (path) => context.readText(resolve(context.cwd, path)));
  if (given.problems.length > 0) throw new ConfigError(given.problems);
  const resolved = resolveSecrets(whole, (name) => context.keepSecret(dataDir, name));
  if (resolved.problems.length > 0) throw new ConfigError(resolved.problems);
  const { secrets } = resolved;
  const sealing = resolveSealing(given.key, whole.sealingKeysOld, secrets.secretKey);
  return freezeDeep(assemble(whole, { secrets, sealing }, context.cwd));
};

/** Freezes plain objects and lists all the way down; secrets are frozen already, and keys are the engine's. */
const freezeDeep = <T extends object>(value: T): T => {
  for (const inner of Object.values(value) as unknown[]) {
    if (typeof inner === 'object' && inner !== null && isPlain(inner)) freezeDeep(inner);
  }
  return Object.freeze(value);
};

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Array.isArray(value);
};
