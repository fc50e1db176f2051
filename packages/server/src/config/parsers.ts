import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { accepted, refused, type Parsed, type Parser } from './parsed.ts';

const truths = new Set(['true', '1', 'yes', 'on']);
const falsehoods = new Set(['false', '0', 'no', 'off']);

/** A switch: `true`/`false`, and the spellings that other tools use for them. */
export const flag: Parser<boolean> = (text) => {
  const word = text.trim().toLowerCase();
  if (truths.has(word)) return accepted(true);
  if (falsehoods.has(word)) return accepted(false);
  return refused('must be true or false');
};

/** A whole number within the bounds, in decimal digits only. */
export const wholeNumber =
  (minimum: number, maximum: number): Parser<number> =>
  (text) => {
    const value = /^\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
    return value >= minimum && value <= maximum
      ? accepted(value)
      : refused(`must be a whole number from ${String(minimum)} to ${String(maximum)}`);
  };

/** A decimal number within the bounds. */
export const decimal =
  (minimum: number, maximum: number): Parser<number> =>
  (text) => {
    const value = /^\d{1,15}(\.\d{1,15})?$|^\.\d{1,15}$/.test(text.trim()) ? Number(text) : Number.NaN;
    return value >= minimum && value <= maximum
      ? accepted(value)
      : refused(`must be a number from ${String(minimum)} to ${String(maximum)}`);
  };

/** One word of a fixed set. */
export const oneOf =
  <const Word extends string>(words: readonly Word[]): Parser<Word> =>
  (text) => {
    const word = words.find((candidate) => candidate === text.trim().toLowerCase());
    return word === undefined ? refused(`must be one of ${words.join(', ')}`) : accepted(word);
  };

/** Words of a fixed set, at least one, with commas; each counts once and in the order of the set. */
export const someOf =
  <const Word extends string>(words: readonly Word[]): Parser<readonly Word[]> =>
  (text) => {
    const given = text.split(',').map((entry) => entry.trim().toLowerCase());
    const known = words.filter((word) => given.includes(word));
    return given.every((entry) => known.some((word) => word === entry))
      ? accepted(known)
      : refused(`must be one or more of ${words.join(', ')}, with commas between`);
  };

/** Text that fits the pattern; `rule` completes the sentence "NAME …". */
export const matching =
  (pattern: RegExp, rule: string): Parser<string> =>
  (text) =>
    pattern.test(text.trim()) ? accepted(text.trim()) : refused(rule);

const hostName = /^(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*$/;

/** An address to listen on: an IPv4 or IPv6 address, or a host name. */
export const host: Parser<string> = (text) => {
  const value = text.trim().replace(/^\[(.*)\]$/, '$1');
  // Digits and dots only are a mistyped address, not a name, and would be looked up for minutes.
  const isName = hostName.test(value) && !/^[\d.]+$/.test(value);
  return isIP(value) !== 0 || isName ? accepted(value) : refused('must be an IP address or a host name');
};

/** A file's path, kept as written; relative paths start from the working directory. */
export const filePath: Parser<string> = (text) =>
  text.includes('\0') ? refused('must be a file path') : accepted(text.trim());

/** The Workload API's socket: an absolute path, with or without the `unix:` of SPIFFE_ENDPOINT_SOCKET. */
export const socketPath: Parser<string> = (text) => {
  const path = text.trim().replace(/^unix:(\/\/)?/, '');
  return isAbsolute(path) && !path.includes('\0')
    ? accepted(path)
    : refused('must be the absolute path of a Unix socket');
};

/** An http(s) base URL without userinfo, query or fragment; a trailing slash is dropped. */
export const httpUrl: Parser<string> = (text) => {
  const url = URL.parse(text.trim());
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    return refused('must be a URL that starts with http:// or https://');
  }
  if (url.username !== '' || url.password !== '') return refused('must not hold a user name or password');
  if (url.search !== '' || url.hash !== '') return refused('must not hold a query or a fragment');
  return accepted(url.href.replace(/\/$/, ''));
};

/** Origins a list may hold: more are a mistake, and each is compared on every cross-origin request. */
const originsMax = 100;

const origin = (text: string): string | undefined => {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return undefined;
  return text === url.origin || text === `${url.origin}/` ? url.origin : undefined;
};

/** Browser origins: a JSON array of strings, or a list with commas. */
export const originList: Parser<readonly string[]> = (text) => {
  const entries = stringList(text);
  if (!entries.ok) return entries;
  if (entries.value.includes('*')) {
    return refused('must name each origin: * would let any web page act with its visitor’s credentials');
  }
  if (entries.value.length > originsMax) return refused(`must hold at most ${String(originsMax)} origins`);
  const origins = entries.value.map(origin);
  const wrong = origins.indexOf(undefined);
  return wrong === -1
    ? accepted([...new Set(origins.filter((one) => one !== undefined))])
    : refused(`must hold origins (scheme, host and port, no path); entry ${String(wrong + 1)} is none`);
};

/** Networks a list may hold, for the same reason. */
const networksMax = 100;

const isNetwork = (text: string): boolean => {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
};

/** IP addresses and networks in CIDR form: a JSON array of strings, or a list with commas. */
export const networkList: Parser<readonly string[]> = (text) => {
  const entries = stringList(text);
  if (!entries.ok) return entries;
  if (entries.value.length > networksMax) return refused(`must hold at most ${String(networksMax)} networks`);
  const wrong = entries.value.findIndex((entry) => !isNetwork(entry));
  return wrong === -1
    ? accepted([...new Set(entries.value)])
    : refused(`must hold IP addresses or CIDR networks; entry ${String(wrong + 1)} is none`);
};

/** JSON of unknown shape, or undefined: a parser's own message would repeat the input. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Texts: a JSON array of strings, or a list with commas. */
export const stringList = (text: string): Parsed<readonly string[]> => {
  if (!text.trim().startsWith('[')) {
    const entries = text.split(',').map((entry) => entry.trim());
    return accepted(entries.filter((entry) => entry !== ''));
  }
  const value = parseJson(text);
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
    ? accepted(value.map((entry) => entry.trim()))
    : refused('must be a JSON array of strings, or a list with commas');
};
