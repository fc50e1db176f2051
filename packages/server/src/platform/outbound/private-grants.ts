import { classifyAddress, parseRange } from './address-kind.ts';

/** What an operator opened to a policy beyond public addresses. */
export interface PrivateGrants {
  /** Nothing was opened. */
  readonly empty: boolean;
  /** Whether this host is listed by name. */
  hasName(hostname: string): boolean;
  /** Whether this address lies in a listed network. Link-local, metadata and the like never do. */
  hasAddress(address: string): boolean;
}

/** Entries a list may hold: each is compared with each address. */
const entriesMax = 100;

const hostEntry = /^(\*\.)?[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?$/;

/** Reads `allowPrivate`: addresses, CIDR ranges, host names and `*.suffix`. Undefined if an entry is none of these. */
export const parseGrants = (entries: readonly string[]): PrivateGrants | undefined => {
  if (entries.length > entriesMax) return undefined;
  const ranges: ((address: string) => boolean)[] = [];
  const names = new Set<string>();
  for (const entry of entries) {
    const text = entry.trim().toLowerCase();
    const range = parseRange(text.replace(/^\[(.*)\]$/, '$1'));
    if (range !== undefined) ranges.push(range);
    else if (hostEntry.test(text)) names.add(text);
    else return undefined;
  }
  return {
    empty: entries.length === 0,
    hasName: (hostname) => names.has(hostname) || suffixesOf(hostname).some((one) => names.has(`*${one}`)),
    hasAddress: (address) =>
      classifyAddress(address)?.kind === 'private' && ranges.some((range) => range(address)),
  };
};

/** `.b.c` and `.c` of `a.b.c`. */
const suffixesOf = (hostname: string): string[] => {
  const labels = hostname.split('.');
  return labels.slice(1).map((_, index) => `.${labels.slice(index + 1).join('.')}`);
};
