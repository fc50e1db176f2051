import type { Role, Scope } from '@gpushield/contracts';
import { AppError } from '../../platform/errors.ts';
import {
  covers,
  networkCovers,
  parseNetwork,
  scopesOfRoles,
  toNetworks,
  type Principal,
} from '../../platform/identity/index.ts';

/** A key that its own user makes lives a year at most; longer needs `keys:admin`. */
export const maxOwnKeyHours = 8_760;
const hourMs = 3_600_000;

/** The user's id behind a credential. Errors: `not_authenticated` where authentication is off and nobody is named, or an agent asks. */
export const userIdOf = (principal: Principal): string => {
  if (principal.kind !== 'anonymous' && principal.kind !== 'agent') return principal.id;
  throw new AppError('not_authenticated', { detail: 'This concerns a user of its own: log in' });
};

/**
 * The user's id and session. Errors: `insufficient_scope` for an API key: who found one must not be able to look at
 * its user's sessions, end them, or change the password.
 */
export const sessionOf = (principal: Principal): { readonly userId: string; readonly sessionId: string } => {
  const userId = userIdOf(principal);
  if (principal.kind === 'user') return { userId, sessionId: principal.credentialId };
  throw new AppError('insufficient_scope', { detail: 'This needs the login of a person' });
};

/** A login of a person, or nobody in particular: what it makes may grow with its user and outlive it. */
const isPerson = ({ kind }: Principal): boolean => kind === 'user' || kind === 'anonymous';

/**
 * Whether `principal` may create or change a user with these roles: only what it may do itself can it hand on, so that
 * a key that is limited to `users:write` cannot make itself an administrator.
 */
export const mayGrant = (principal: Principal, roles: readonly Role[]): boolean =>
  [...scopesOfRoles(roles)].every((scope) => covers(principal.scopes, scope));

/** Errors: `insufficient_scope`. */
export const requireMayGrant = (principal: Principal, roles: readonly Role[]): void => {
  if (mayGrant(principal, roles)) return;
  throw new AppError('insufficient_scope', {
    detail: 'A user may not hold more than the credential that changes it',
  });
};

export interface KeyScopesRequest {
  readonly principal: Principal;
  readonly targetRoles: readonly Role[];
  /** Undefined: whatever the user may do. */
  readonly requested: readonly Scope[] | undefined;
}

/**
 * The scopes that a new key keeps; null is whatever its user's roles carry from time to time. Never wider than the
 * credential that makes it, nor than its user. Errors: `insufficient_scope`, naming the scope.
 */
export const decideKeyScopes = ({
  principal,
  targetRoles,
  requested,
}: KeyScopesRequest): readonly Scope[] | null => {
  const target = scopesOfRoles(targetRoles);
  const wanted = requested ?? [...target].filter((scope) => covers(principal.scopes, scope));
  for (const scope of wanted) {
    if (!covers(target, scope)) {
      throw new AppError('insufficient_scope', { detail: `The key's user does not hold the scope ${scope}` });
    }
    if (!covers(principal.scopes, scope)) {
      throw new AppError('insufficient_scope', {
        detail: `This credential does not hold the scope ${scope}`,
      });
    }
  }
  if (wanted.length === 0)
    throw new AppError('insufficient_scope', { detail: 'No scope is left for this key' });
  // A key that is made by a credential other than a login stays as it is, even when the user is given more later.
  const growsWithUser = requested === undefined && isPerson(principal) && wanted.length === target.size;
  return growsWithUser ? null : wanted;
};

export interface KeyExpiryRequest {
  readonly principal: Principal;
  /** Undefined: the default; null: never. */
  readonly requestedHours: number | null | undefined;
  readonly defaultHours: number;
  readonly nowMs: number;
}

/**
 * When a new key ends, in ms since the epoch; null is never. Without `keys:admin` a key lives a year at most, and a key
 * that is made by a key ends with it at the latest. Errors: `insufficient_scope`.
 */
export const decideKeyExpiry = (request: KeyExpiryRequest): number | null => {
  const { principal, requestedHours, defaultHours, nowMs } = request;
  const isAdmin = principal.scopes.has('keys:admin');
  if (requestedHours === null) {
    if (isAdmin) return null;
    throw new AppError('insufficient_scope', {
      detail: 'A key that never expires needs the scope keys:admin',
    });
  }
  const hours = requestedHours ?? defaultHours;
  if (!isAdmin && hours > maxOwnKeyHours) {
    throw new AppError('insufficient_scope', {
      detail: 'A key of more than a year needs the scope keys:admin',
    });
  }
  const wantedMs = nowMs + Math.round(hours * hourMs);
  const endsWithMs = !isPerson(principal) && !isAdmin ? principal.credentialExpiresAtMs : null;
  return endsWithMs === null ? wantedMs : Math.min(wantedMs, endsWithMs);
};

/**
 * The networks from which a new credential works; null is everywhere. Never more than those of the credential that
 * makes it, which are taken over where none are named. Errors: `validation_failed`, `insufficient_scope`.
 */
export const decideAllowedAddresses = (
  principal: Principal,
  requested: readonly string[] | undefined,
): readonly string[] | null => {
  const own = principal.allowedAddresses;
  if (requested === undefined) return own ?? null;
  const outer = own === undefined ? undefined : toNetworks(own);
  requested.forEach((text, index) => {
    const network = parseNetwork(text);
    if (network === undefined) {
      const field = `/allowed_addresses/${String(index)}`;
      const message = 'must be an address, or a network in CIDR form without bits beyond its prefix';
      throw new AppError('validation_failed', {
        detail: `${field} ${message}`,
        errors: [{ field, message }],
      });
    }
    if (outer?.some((one) => networkCovers(one, network)) === false) {
      throw new AppError('insufficient_scope', {
        detail: `This credential itself does not work from ${text}`,
      });
    }
  });
  return [...new Set(requested)];
};
