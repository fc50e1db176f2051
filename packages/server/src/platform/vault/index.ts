import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { OutboundClient } from '../outbound/index.ts';
import { createAskVault, VaultFailure } from './vault-http.ts';
import { createVaultToken, type VaultSignIn } from './vault-token.ts';

export { VaultFailure } from './vault-http.ts';
export type { VaultSignIn } from './vault-token.ts';

/** Where a secret stands in a kv engine of version 2. */
export interface VaultPlace {
  readonly mount: string;
  readonly path: string;
  readonly field: string;
}

/** What HashiCorp Vault keeps for this server. */
export interface Vault {
  /** The newest version of one field. Errors: `VaultFailure`. */
  read(place: VaultPlace): Promise<string>;
  stop(): void;
}

export interface VaultOptions {
  readonly address: string;
  readonly namespace: string | undefined;
  readonly signIn: VaultSignIn;
}

const encoded = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '')
    .map(encodeURIComponent)
    .join('/');

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

export const createVault = (
  deps: { readonly outbound: Pick<OutboundClient, 'request'>; readonly clock: Clock; readonly log: Logger },
  options: VaultOptions,
): Vault => {
  const ask = createAskVault({ ...deps, ...options });
  const token = createVaultToken({ ...deps, ask, signIn: options.signIn });

  const readWith = async (path: string): Promise<unknown> => {
    const held = await token.get();
    try {
      return await ask({ method: 'GET', path, token: held });
    } catch (error) {
      const denied = error instanceof VaultFailure && error.kind === 'denied';
      // A token may be revoked before its time: an AppRole asks once more with a new one.
      if (!denied || !token.refused(held)) throw error;
      return ask({ method: 'GET', path, token: await token.get() });
    }
  };

  return {
    read: async ({ mount, path, field }) => {
      const answer = await readWith(`${encoded(mount)}/data/${encoded(path)}`);
      const value = fieldOf(fieldOf(fieldOf(answer, 'data'), 'data'), field);
      if (typeof value === 'string' && value !== '') return value;
      throw new VaultFailure('missing', `Vault has no field ${field} at ${mount}/${path}`);
    },
    stop: () => {
      token.stop();
    },
  };
};
