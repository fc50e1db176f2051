import { networkList, wholeNumber } from './parsers.ts';
import { defaulted } from './variable.ts';

/** More requests in a minute than one process could answer. */
const rate = wholeNumber(1, 1_000_000_000);

/** How much each kind of client may ask, and who is blocked for asking more. */
export const limitVariables = {
  limitAddressPerMinute: defaulted('GPUSHIELD_LIMIT_ADDRESS_PER_MINUTE', '600000', {
    group: 'Limits',
    description:
      'Requests that one address (IPv4, or IPv6 /64) may make, whoever is behind it: against floods, not clients.',
    parse: rate,
  }),
  limitAnonymousPerMinute: defaulted('GPUSHIELD_LIMIT_ANONYMOUS_PER_MINUTE', '600', {
    group: 'Limits',
    description: 'Requests without a credential that one address may make. Logins have a limit of their own.',
    parse: rate,
  }),
  limitRefusedPerMinute: defaulted('GPUSHIELD_LIMIT_REFUSED_PER_MINUTE', '100', {
    group: 'Limits',
    description: 'Wrong credentials that one address may send.',
    parse: rate,
  }),
  limitPrincipalPerMinute: defaulted('GPUSHIELD_LIMIT_PRINCIPAL_PER_MINUTE', '60000', {
    group: 'Limits',
    description: 'Requests that one principal may make, with all its credentials together.',
    parse: rate,
  }),
  limitIngestPerMinute: defaulted('GPUSHIELD_LIMIT_INGEST_PER_MINUTE', '600000', {
    group: 'Limits',
    description: 'Requests with telemetry or events that one principal, such as a sensor, may make.',
    parse: rate,
  }),
  limitBlockRefusals: defaulted('GPUSHIELD_LIMIT_BLOCK_AFTER', '100', {
    group: 'Limits',
    description: 'Refusals within a minute after which a client that goes on is blocked.',
    parse: wholeNumber(1, 1_000_000),
  }),
  limitBlockSeconds: defaulted('GPUSHIELD_LIMIT_BLOCK_SECONDS', '300', {
    group: 'Limits',
    description: 'Seconds for which such a client is blocked.',
    parse: wholeNumber(1, 86_400),
  }),
  limitNeverBlocked: defaulted('GPUSHIELD_LIMIT_NEVER_BLOCKED', '[]', {
    group: 'Limits',
    description:
      'Addresses and CIDR networks that are limited but never blocked, with commas. Loopback and GPUSHIELD_TRUSTED_PROXIES are always among them.',
    example: '10.0.0.0/8,fd00::/8',
    parse: networkList,
  }),
  limitReplicas: defaulted('GPUSHIELD_LIMIT_REPLICAS', '2', {
    group: 'Limits',
    description:
      'Replicas to assume when REDIS_URL is set and Redis is away before it has counted them: each takes its part of a limit.',
    parse: wholeNumber(1, 1000),
  }),
};
