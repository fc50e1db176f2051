import type { LimitPolicy } from '../limits/types.ts';

/** The limits that stand before every route. */
export interface GateLimits {
  /** Every request of one address, whoever it is: a flood, not a client. Thousands may share an address. */
  readonly perAddress: LimitPolicy;
  /** Requests that carry no credential, on public routes and elsewhere. */
  readonly anonymousPerAddress: LimitPolicy;
  /** Refused credentials of one address: guessing is slow, and costs the database little. */
  readonly failuresPerAddress: LimitPolicy;
  readonly perPrincipal: LimitPolicy;
  /** Requests that bring records (telemetry and events), which sensors send all the time. */
  readonly ingestPerPrincipal: LimitPolicy;
}

/** Requests per minute; a whole minute's worth may come at once. */
export interface RequestRates {
  readonly addressPerMinute: number;
  readonly anonymousPerMinute: number;
  readonly refusedPerMinute: number;
  readonly principalPerMinute: number;
  readonly ingestPerMinute: number;
}

/**
 * Seed 5 lets every client make 60 requests a minute. Here that would stop a console that shows a fleet, and every
 * sensor, so each kind of client has a figure of its own: strangers ten times the seed's, since an office may share
 * an address and refresh its sessions; principals 1,000 a second; record-bringers 10,000 a second, above what one server
 * stores. Logins stay at 10 a minute (accounts).
 */
export const defaultRequestRates: RequestRates = {
  addressPerMinute: 600_000,
  anonymousPerMinute: 600,
  refusedPerMinute: 100,
  principalPerMinute: 60_000,
  ingestPerMinute: 600_000,
};

export const gateLimits = (rates: RequestRates): GateLimits => {
  const perMinute = (name: string, quota: number): LimitPolicy => ({ name, quota, windowSeconds: 60 });
  return {
    perAddress: perMinute('address', rates.addressPerMinute),
    anonymousPerAddress: perMinute('anonymous', rates.anonymousPerMinute),
    failuresPerAddress: perMinute('auth-failures', rates.refusedPerMinute),
    perPrincipal: perMinute('principal', rates.principalPerMinute),
    ingestPerPrincipal: perMinute('ingest', rates.ingestPerMinute),
  };
};

export const defaultGateLimits: GateLimits = gateLimits(defaultRequestRates);

/** Whose holders send records: bulk by nature, and bounded by what the database takes. */
const ingestScopes: ReadonlySet<string> = new Set(['telemetry:write', 'events:write']);

/** The policy that a principal's request counts against. */
export const principalPolicy = (limits: GateLimits, scope: string): LimitPolicy =>
  ingestScopes.has(scope) ? limits.ingestPerPrincipal : limits.perPrincipal;
