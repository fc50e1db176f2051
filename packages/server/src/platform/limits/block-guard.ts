import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { addressKey } from './address-key.ts';
import type { Blocks } from './blocks.ts';
import { createKnownCredentials } from './known-credentials.ts';

export interface Refused {
  readonly principal: { readonly id: string; readonly kind: string } | undefined;
  readonly address: string;
  readonly authorization: string | undefined;
  readonly reason: string;
}

/** Who is turned away before anything is asked of the database. */
export interface BlockGuard {
  /** Errors: `blocked` (429) with the seconds that are left. Memory alone is asked. */
  refuseBlocked(address: string, authorization: string | undefined): void;
  /** Counts a refusal against the principal, or against the address of a stranger. */
  strike(refused: Refused): void;
  /** Refused credentials came from this address: note from now on who is accepted there. */
  watch(address: string): void;
  /** Notes an accepted credential, where its address is watched. */
  accepted(authorization: string, principalId: string, address: string): void;
  /** Whether this credential was noted as accepted and has not been refused since. */
  knows(authorization: string): boolean;
  forget(authorization: string): void;
}

export interface BlockGuardDeps {
  readonly blocks: Blocks;
  readonly clock: Clock;
  /** Addresses that no block may hit: this machine, our proxies, what the operator lists. */
  readonly neverBlocked: (address: string) => boolean;
}

/** Addresses with refused credentials or blocks; the oldest is forgotten beyond this. */
const maxWatched = 10_000;

const blocked = (seconds: number): AppError =>
  new AppError('blocked', {
    detail: `Limits were exceeded again and again: blocked for another ${seconds} s`,
    retryAfterSeconds: seconds,
    headers: { 'ratelimit-policy': '"blocked";q=0', ratelimit: `"blocked";r=0;t=${seconds}` },
  });

/**
 * A block of an address stops the strangers there, not colleagues behind the same address whose credential was accepted
 * lately; a block of a principal is recognised by its credential, without looking it up. The principal of a server
 * without authentication is everybody, and is never blocked.
 */
export const createBlockGuard = ({ blocks, clock, neverBlocked }: BlockGuardDeps): BlockGuard => {
  const credentials = createKnownCredentials(clock);
  const watched = new Set<string>();

  const watch = (address: string): void => {
    const key = addressKey(address);
    if (watched.has(key)) return;
    const oldest = watched.values().next();
    if (watched.size >= maxWatched && !oldest.done) watched.delete(oldest.value);
    watched.add(key);
  };

  return {
    refuseBlocked: (address, authorization) => {
      if (!blocks.any()) return;
      const principalId = authorization === undefined ? undefined : credentials.find(authorization);
      const seconds = blocks.secondsLeft(
        principalId === undefined ? `address:${addressKey(address)}` : `principal:${principalId}`,
      );
      if (seconds > 0 && (principalId !== undefined || !neverBlocked(address))) throw blocked(seconds);
    },
    strike: ({ principal, address, authorization, reason }) => {
      if (principal !== undefined) {
        if (principal.kind === 'anonymous') return;
        if (authorization !== undefined) credentials.remember(authorization, principal.id);
        blocks.strike(`principal:${principal.id}`, reason);
        return;
      }
      if (neverBlocked(address)) return;
      watch(address);
      blocks.strike(`address:${addressKey(address)}`, reason);
    },
    watch,
    accepted: (authorization, principalId, address) => {
      if (watched.size > 0 && watched.has(addressKey(address)))
        credentials.remember(authorization, principalId);
    },
    knows: (authorization) => credentials.find(authorization) !== undefined,
    forget: (authorization) => {
      credentials.forget(authorization);
    },
  };
};
