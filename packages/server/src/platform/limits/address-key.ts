import { isIPv6 } from 'node:net';

const groupsOfNetwork = 4;
const groupsOfAddress = 8;

/** The two last groups of an IPv6 address, written as IPv4. */
const dotted = (high: number, low: number): string =>
  [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');

/** `1.2.3.4` at the end of an IPv6 address as the two groups that it stands for. */
const undotted = (address: string): string => {
  const quad = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  if (quad === null) return address;
  const [a = 0, b = 0, c = 0, d = 0] = quad.slice(1).map(Number);
  return `${address.slice(0, quad.index)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
};

const groupsOf = (address: string): readonly number[] => {
  const [head = '', tail = ''] = undotted(address).split('::', 2);
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = Math.max(0, groupsOfAddress - left.length - right.length);
  return [...left, ...Array.from({ length: zeros }, () => '0'), ...right].map((group) => parseInt(group, 16));
};

/**
 * What limits count by: an IPv4 address, or the /64 network of an IPv6 address, since one customer has all of it. IPv4
 * inside IPv6 (`::ffff:0:0/96`, however it is spelled) is the IPv4 address.
 */
export const addressKey = (address: string): string => {
  const plain = address.toLowerCase().split('%', 1)[0] ?? '';
  if (!isIPv6(plain)) return plain;
  const groups = groupsOf(plain);
  const [high = 0, low = 0] = groups.slice(6);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) return dotted(high, low);
  return `${groups
    .slice(0, groupsOfNetwork)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
};
