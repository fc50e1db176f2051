import type { KeyObject } from 'node:crypto';
import {
  createSecret,
  deriveKey,
  deriveSecret,
  type KeptSecret,
  type Secret,
} from '../platform/secrets/index.ts';
import type { ConfigProblem } from './problems.ts';
import { exampleOf } from './read-values.ts';
import type { Values } from './variables.ts';

/** The secrets that an operator may set. */
export interface ConfigSecrets {
  readonly secretKey: Secret;
  readonly hmac: Secret;
  readonly oauth2: Secret;
}

/** Keys derived from SECRET_KEY, 32 bytes each, one for each purpose. A `KeyObject` never prints its bytes. */
export interface ConfigKeys {
  /** Signs access tokens. */
  readonly accessToken: KeyObject;
  /** Signs pagination cursors. */
  readonly cursor: KeyObject;
  /** Keys the HMACs under which the audit trail keeps strings that may be secret. */
  readonly auditDigest: KeyObject;
  /** Seed of the Ed25519 key that signs the audit trail’s checkpoints, unless a key of its own is given. */
  readonly auditSigning: KeyObject;
  /** Of the tokens that are good for a minute and one model. */
  readonly scopedToken: KeyObject;
}

/** Finds or makes the data directory's secret of that name. */
export type KeepSecret = (name: string) => KeptSecret;

/** Fills in what is unset: kept in the data directory without DATABASE_URL, derived from SECRET_KEY with it. */
export const resolveSecrets = (
  values: Values,
  keep: KeepSecret,
): { secrets: ConfigSecrets; problems: ConfigProblem[] } => {
  const problems: ConfigProblem[] = [];
  const kept = (variable: string, name: string): Secret => {
    const answer = keep(name);
    if (answer.ok) return answer.secret;
    // One directory that cannot be written is one problem, whatever number of secrets it would have held.
    if (problems.length === 0)
      problems.push({ variable, problem: answer.problem, example: exampleOf(variable) });
    return createSecret('');
  };
  const embedded = values.databaseUrl === undefined;
  const secretKey = values.secretKey ?? kept('SECRET_KEY', 'secret-key');
  const fill = (variable: string, name: string): Secret =>
    embedded ? kept(variable, name) : deriveSecret(secretKey, `${name}-v1`);
  const hmac = values.hmacSecretKey ?? fill('HMAC_SECRET_KEY', 'hmac-secret-key');
  const oauth2 = values.oauth2SecretKey ?? fill('OAUTH2_SECRET_KEY', 'oauth2-secret-key');
  return { secrets: { secretKey, hmac, oauth2 }, problems };
};

/** The keys that stand on SECRET_KEY. */
export const deriveKeys = (secretKey: Secret): ConfigKeys => ({
  accessToken: deriveKey(secretKey, 'access-token-v1'),
  cursor: deriveKey(secretKey, 'cursor-v1'),
  auditDigest: deriveKey(secretKey, 'audit-digest-v1'),
  auditSigning: deriveKey(secretKey, 'audit-signing-v1'),
  scopedToken: deriveKey(secretKey, 'scoped-token-v1'),
});
