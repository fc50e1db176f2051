import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * `public`: anyone's. `private`: loopback and private networks, which an operator may open to a policy.
 * `never`: no setting opens it (link-local with its metadata services, multicast, tunnels, reserved ranges).
 */
export type AddressKind = 'public' | 'private' | 'never';

export interface ClassifiedAddress {
  readonly kind: AddressKind;
  /** One spelling for each address: IPv4-mapped IPv6 is IPv4, IPv6 is in its short form. */
  readonly address: string;
}

/** Ranges of ipaddr.js that an operator may open. */
const openable = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat']);

/** What the ranges of ipaddr.js leave open or would let an operator open, and nobody should reach. */
const closed = [
  '168.63.129.16/32', // Azure's wire server
  '100.100.100.200/32', // Alibaba Cloud's metadata, inside of carrier-grade NAT
  '192.0.0.0/24', // IETF protocol assignments; Oracle Cloud's metadata
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.88.99.0/24', // 6to4 relays
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  'fd00:ec2::/32', // AWS metadata
  'fd20:ce::254/128', // Google Cloud metadata
  '2001::/23', // IETF protocol assignments: Teredo, ORCHID, benchmarks
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation (RFC 9637)
].map((range) => ipaddr.parseCIDR(range));

/** RFC 4291: what is unicast and allocated. ipaddr.js takes every range without a name for unicast. */
const globalUnicast = ipaddr.parseCIDR('2000::/3');

/** RFC 6052: IPv4 as networks without IPv4 spell it. Only as good as the address inside. */
const nat64 = ipaddr.parseCIDR('64:ff9b::/96');

type Range = ReturnType<typeof ipaddr.parseCIDR>;
type Address = ReturnType<typeof ipaddr.parse>;

/** Whether `address` lies in `range`; addresses and ranges of different families never do. */
const within = (address: Address, [base, bits]: Range): boolean =>
  address.kind() === base.kind() && address.match(base, bits);

const kindOf = (address: Address): AddressKind => {
  if (closed.some((range) => within(address, range))) return 'never';
  const range = address.range();
  if (openable.has(range)) return 'private';
  if (address.kind() === 'ipv4') return range === 'unicast' ? 'public' : 'never';
  if (within(address, nat64)) {
    const embedded = ipaddr.fromByteArray(address.toByteArray().slice(-4));
    return kindOf(embedded) === 'public' ? 'public' : 'never';
  }
  return range === 'unicast' && within(address, globalUnicast) ? 'public' : 'never';
};

/** What `text` is as an address; undefined if it is none. Addresses with a zone are of one link, hence never. */
export const classifyAddress = (text: string): ClassifiedAddress | undefined => {
  if (isIP(text) === 0) return undefined;
  if (text.includes('%')) return { kind: 'never', address: text };
  const address = ipaddr.process(text);
  return { kind: kindOf(address), address: address.toString() };
};

/** A test for membership in one address or CIDR range; undefined if `text` is neither. */
export const parseRange = (text: string): ((address: string) => boolean) | undefined => {
  const [base = '', bits, ...rest] = text.split('/');
  if (isIP(base) === 0 || base.includes('%') || rest.length > 0) return undefined;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return undefined;
  const parsed = ipaddr.parse(base);
  const widest = parsed.kind() === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? widest : Number(bits);
  if (length > widest) return undefined;
  return (address) => isIP(address) !== 0 && within(ipaddr.process(address), [parsed, length] as Range);
};
