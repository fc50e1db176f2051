import { isIPv4, isIPv6 } from 'node:net';

export interface Address {
  readonly version: 4 | 6;
  readonly bits: bigint;
}
/** A network in CIDR form; a single address is one of full length. */
export interface Network extends Address {
  readonly prefix: number;
}

const lengths = { 4: 32, 6: 128 } as const;
const groupsOfIPv6 = 8;

const ipv4Bits = (text: string): bigint =>
  text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);

const ipv6Bits = (text: string): bigint => {
  // The last 32 bits may be written as an IPv4 address.
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const low = dotted?.[2] === undefined ? undefined : ipv4Bits(dotted[2]);
  const hex =
    low === undefined
      ? text
      : `${dotted?.[1] ?? ''}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  const [head = '', tail] = hex.split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: groupsOfIPv6 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
};

const mappedPrefix = 0xffffn;

/** An address as a number; an IPv4 address in IPv6 clothes (`::ffff:192.0.2.1`) is the IPv4 address. */
export const parseAddress = (text: string): Address | undefined => {
  const plain = text.split('%', 1)[0] ?? '';
  if (isIPv4(plain)) return { version: 4, bits: ipv4Bits(plain) };
  if (!isIPv6(plain)) return undefined;
  const bits = ipv6Bits(plain);
  return bits >> 32n === mappedPrefix ? { version: 4, bits: bits & 0xffffffffn } : { version: 6, bits };
};

/** `10.0.0.0/8`, `2001:db8::/32`, or an address. Undefined for anything else, bits beyond the prefix included. */
export const parseNetwork = (text: string): Network | undefined => {
  const [addressText = '', prefixText, ...rest] = text.split('/');
  const address = rest.length > 0 ? undefined : parseAddress(addressText);
  if (address === undefined) return undefined;
  const length = lengths[address.version];
  if (prefixText === undefined) return { ...address, prefix: length };
  // A prefix counts the bits of the form that was written, so the mapped form takes none.
  if (address.version === 4 && addressText.includes(':')) return undefined;
  if (!/^\d{1,3}$/.test(prefixText) || Number(prefixText) > length) return undefined;
  const prefix = Number(prefixText);
  const hostBits = BigInt(length - prefix);
  return (address.bits >> hostBits) << hostBits === address.bits ? { ...address, prefix } : undefined;
};

/** Whether all of `inner` lies in `outer`. */
export const networkCovers = (outer: Network, inner: Address | Network): boolean => {
  const length = lengths[outer.version];
  const innerPrefix = 'prefix' in inner ? inner.prefix : length;
  if (outer.version !== inner.version || innerPrefix < outer.prefix) return false;
  const hostBits = BigInt(length - outer.prefix);
  return outer.bits >> hostBits === inner.bits >> hostBits;
};

/** Whether a request from `address` lies in one of the networks; what is no address lies in none. */
export const addressIsIn = (networks: readonly Network[], address: string): boolean => {
  const parsed = parseAddress(address);
  return parsed !== undefined && networks.some((network) => networkCovers(network, parsed));
};

/** The networks that can be read; one that cannot admits nobody. */
export const toNetworks = (texts: readonly string[]): readonly Network[] =>
  texts.map(parseNetwork).filter((network) => network !== undefined);
