import { classifyAddress } from './address-kind.ts';
import { nameKind } from './internal-names.ts';
import { parseGrants, type PrivateGrants } from './private-grants.ts';
import type { DestinationPolicy } from './types.ts';

/** Where a request goes, as far as its text says. */
export interface Target {
  readonly url: URL;
  readonly secure: boolean;
  /** Without the brackets of IPv6. */
  readonly hostname: string;
  readonly port: number;
  /** `hostname` is an address and need not be resolved. */
  readonly literal: boolean;
  /** Whether the name itself is internal, so that only opened addresses will do. */
  readonly internal: boolean;
  /** The operator listed the name: whatever private address it has is meant. */
  readonly named: boolean;
  readonly grants: PrivateGrants;
}

export type UrlCheck =
  { readonly ok: true; readonly target: Target } | { readonly ok: false; readonly reason: string };

/** Longer URLs are refused by many receivers, and by our own server. */
const urlMaxLength = 8192;

/** RFC 1035: labels of 63, names of 253; the underscore is in use. */
const domainName =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

const securePort = 443;
const plainPort = 80;

const refuse = (reason: string): { readonly ok: false; readonly reason: string } => ({ ok: false, reason });

/**
 * Judges a URL by its text under a policy: scheme, userinfo, port, host. WHATWG parsing comes first, so decimal,
 * octal, hexadecimal and short spellings of addresses are judged as the addresses that they are. Pure.
 */
export const checkUrl = (policy: DestinationPolicy, text: string): UrlCheck => {
  const grants = parseGrants(policy.allowPrivate ?? []);
  if (grants === undefined) {
    return refuse('the allowed private targets hold an entry that is no address, network or host name');
  }
  if (text.length > urlMaxLength) return refuse(`the URL has more than ${String(urlMaxLength)} characters`);
  // URL parsers drop or turn these, each in its own way: nobody means them.
  if (/[\s\\\p{Cc}]/u.test(text)) return refuse('the URL holds spaces, backslashes or control characters');
  const url = URL.parse(text);
  if (url === null) return refuse('this is not a URL');
  const secure = url.protocol === 'https:';
  if (!secure && url.protocol !== 'http:') return refuse('the URL must start with https://');
  if (!secure && policy.allowHttp !== true) return refuse('the URL must start with https://');
  if (url.username !== '' || url.password !== '') return refuse('the URL must hold no user name or password');
  const port = portOf(url, secure);
  if (!(policy.ports ?? [secure ? securePort : plainPort]).includes(port)) {
    return refuse(`port ${String(port)} is not among the allowed ports`);
  }
  return checkHost({ url, secure, port, grants });
};

/** URLs that one policy is asked for again and again: those of model servers. */
const keptChecks = 32;

/** `checkUrl`, which depends on nothing else than a policy and a text, with what it answered last. */
export const createUrlCheck = (): typeof checkUrl => {
  const kept = new WeakMap<DestinationPolicy, Map<string, UrlCheck>>();
  return (policy, text) => {
    const ofPolicy = kept.get(policy) ?? new Map<string, UrlCheck>();
    const known = ofPolicy.get(text);
    if (known !== undefined) return known;
    const checked = checkUrl(policy, text);
    if (ofPolicy.size >= keptChecks) ofPolicy.clear();
    if (text.length <= urlMaxLength) ofPolicy.set(text, checked);
    kept.set(policy, ofPolicy);
    return checked;
  };
};

const portOf = (url: URL, secure: boolean): number => {
  if (url.port !== '') return Number(url.port);
  return secure ? securePort : plainPort;
};

const checkHost = (parts: Pick<Target, 'url' | 'secure' | 'port' | 'grants'>): UrlCheck => {
  const hostname = parts.url.hostname.replace(/^\[(.*)\]$/, '$1');
  const named = parts.grants.hasName(hostname);
  const literal = classifyAddress(hostname);
  if (literal !== undefined) {
    const target = { ...parts, hostname, named: false, literal: true, internal: literal.kind !== 'public' };
    return isPermitted(target, hostname)
      ? { ok: true, target }
      : refuse('the URL names an address that is not public');
  }
  if (hostname.endsWith('.')) return refuse('the host name must not end with a dot');
  if (!domainName.test(hostname)) return refuse('the URL holds no valid host name');
  const kind = nameKind(hostname);
  // With networks opened, an internal name may have an address in one of them; resolving will tell.
  if (kind === 'never' || (kind === 'internal' && !named && parts.grants.empty)) {
    return refuse('the URL names a host that is not public');
  }
  return { ok: true, target: { ...parts, hostname, named, literal: false, internal: kind === 'internal' } };
};

/** Whether a request to `target` may connect to `address`. Asked of every resolved address and of the connected one. */
export const isPermitted = (
  target: Pick<Target, 'internal' | 'named' | 'grants'>,
  address: string,
): boolean => {
  const kind = classifyAddress(address)?.kind;
  if (kind === undefined || kind === 'never') return false;
  if (kind === 'public') return !target.internal || target.named;
  return target.named || target.grants.hasAddress(address);
};
