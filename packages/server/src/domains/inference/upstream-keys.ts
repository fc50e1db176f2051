import { readFile } from 'node:fs/promises';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/index.ts';
import type { Secret } from '../../platform/secrets/index.ts';
import type { Sealer } from '../../platform/secrets/seal-types.ts';
import type { Upstream } from './types.ts';
import type { UpstreamKeys } from './upstream/client.ts';
import { findSealedKey, keyPurpose } from './upstream-keys-store.ts';

/** A key that was changed on another replica, or in its file, is used everywhere after this. */
const keptMs = 10_000;

export interface KeySource {
  readonly get: UpstreamKeys;
  /** Forgets what is kept of one server's key: it was changed here. */
  readonly forget: (upstream: string) => void;
}

/**
 * Keys of model servers: what an operator sealed into the database goes first, then the file that the catalogue names
 * (which Vault's agent may keep fresh), then the environment's.
 */
export const createUpstreamKeys = (deps: {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, Secret | undefined>>;
}): KeySource => {
  const kept = new Map<string, { readonly key: Promise<string | undefined>; readonly untilMs: number }>();

  const read = async ({ name, apiKeyFile }: Upstream): Promise<string | undefined> => {
    const sealed = await findSealedKey(deps.db, name);
    if (sealed !== undefined) return deps.sealer.unseal(sealed, keyPurpose(name));
    if (apiKeyFile !== undefined) return (await readFile(apiKeyFile, 'utf8')).trim();
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
