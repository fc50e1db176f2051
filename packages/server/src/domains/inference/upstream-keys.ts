import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/index.ts';
import type { Secret } from '../../platform/secrets/index.ts';
import type { Sealer } from '../../platform/secrets/seal-types.ts';
import { VaultFailure, type Vault, type VaultPlace } from '../../platform/vault/index.ts';
import type { Upstream } from './types.ts';
import type { UpstreamKeys } from './upstream/client.ts';
import { findSealedKey, keyPurpose } from './upstream-keys-store.ts';

/** A key that was changed on another replica, in its file or in Vault, is used everywhere after this. */
const keptMs = 10_000;
/** While Vault is away its last word counts for this long: an outage of Vault must not be one of every model. */
const lastWordMs = 15 * 60_000;

export interface KeySource {
  readonly get: UpstreamKeys;
  /** Forgets what is kept of one server's key: it was changed here. */
  readonly forget: (upstream: string) => void;
}

interface Deps {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly log: Logger;
  readonly environment: Readonly<Record<string, Secret | undefined>>;
  /** Undefined where the server knows of none. */
  readonly vault: Vault | undefined;
}

/** Keys out of Vault. What it refuses or no longer has is refused at once; only its silence is bridged. */
const createVaultKeys = ({ vault, clock, log }: Pick<Deps, 'vault' | 'clock' | 'log'>) => {
  const last = new Map<string, { readonly key: string; readonly atMs: number }>();
  return async (upstream: string, place: VaultPlace): Promise<string> => {
    if (vault === undefined) throw new Error('VAULT_ADDR is not set, and the catalogue names a key in Vault');
    try {
      const key = await vault.read(place);
      last.set(upstream, { key, atMs: clock.monotonicMs() });
      return key;
    } catch (error) {
      const known = last.get(upstream);
      const away = error instanceof VaultFailure && error.kind === 'away';
      if (!away) last.delete(upstream);
      if (!away || known === undefined || clock.monotonicMs() - known.atMs > lastWordMs) throw error;
      log.warn({ err: error, upstream }, 'Vault does not answer: the key that it gave last is used');
      return known.key;
    }
  };
};

/**
 * Keys of model servers: what an operator sealed into the database goes first, then the place that the catalogue names,
 * a file (which Vault's agent may keep fresh) or Vault itself, then the environment's.
 */
export const createUpstreamKeys = (deps: Deps): KeySource => {
  const kept = new Map<string, { readonly key: Promise<string | undefined>; readonly untilMs: number }>();
  const fromVault = createVaultKeys(deps);

  const read = async ({ name, apiKeyFile, apiKeyVault }: Upstream): Promise<string | undefined> => {
    const sealed = await findSealedKey(deps.db, name);
    if (sealed !== undefined) return deps.sealer.unseal(sealed, keyPurpose(name));
    if (apiKeyFile !== undefined) return (await readFile(apiKeyFile, 'utf8')).trim();
    if (apiKeyVault !== undefined) return fromVault(name, apiKeyVault);
    return deps.environment[name]?.reveal();
  };

  return {
    get: (upstream) => {
      const nowMs = deps.clock.monotonicMs();
      const known = kept.get(upstream.name);
      if (known !== undefined && known.untilMs > nowMs) return known.key;
      const key = read(upstream);
      kept.set(upstream.name, { key, untilMs: nowMs + keptMs });
      key.catch(() => kept.delete(upstream.name));
      return key;
    },
    forget: (upstream) => void kept.delete(upstream),
  };
};
