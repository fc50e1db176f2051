import { isIPv4 } from 'node:net';

/** Addresses that are tried one after the other before a destination counts as unreachable. */
const attemptsMax = 4;

/** Which addresses are tried, in order: the families take turns, since a whole family may be out of reach (RFC 8305). */
export const attemptOrder = (addresses: readonly string[]): readonly string[] => {
  if (addresses.length === 1) return addresses;
  const v4 = addresses.filter((address) => isIPv4(address));
  const v6 = addresses.filter((address) => !isIPv4(address));
  const turns = Array.from({ length: Math.max(v4.length, v6.length) }, (_, index) => [v4[index], v6[index]]);
  const ordered = turns.flat().filter((address) => address !== undefined);
  return [...new Set(ordered)].slice(0, attemptsMax);
};
