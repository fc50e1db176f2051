/** What the client itself decides: framing, the connection, where it goes, and that nothing is compressed. */
const ownHeaders = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** RFC 9110, section 5.1 and 5.5; values in printable ASCII, space and tab, which leaves no way to start a new line. */
const fieldName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/;
const fieldValue = /^[\t\x20-\x7e]*$/;

/** What common servers read at most. */
const headersMaxBytes = 16 * 1024;

export type HeaderCheck =
  { readonly ok: true; readonly lines: string } | { readonly ok: false; readonly reason: string };

/** Checks the caller's headers and adds ours, all but the length. A refusal repeats no value: it may be a credential. */
const checkHeaders = (given: Readonly<Record<string, string>>, host: string): HeaderCheck => {
  const seen = new Set<string>();
  let lines = '';
  let bytes = 0;
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (!fieldName.test(name)) return { ok: false, reason: 'a header has an invalid name' };
    if (!fieldValue.test(value)) return { ok: false, reason: `header ${lower} has an invalid value` };
    if (ownHeaders.has(lower)) return { ok: false, reason: `header ${lower} is not for callers to set` };
    if (seen.has(lower)) return { ok: false, reason: `header ${lower} is given twice` };
    seen.add(lower);
    bytes += name.length + value.length;
    lines += `${lower}: ${value}\r\n`;
  }
  if (bytes > headersMaxBytes) {
    return { ok: false, reason: `the headers have more than ${String(headersMaxBytes)} bytes` };
  }
  const agent = seen.has('user-agent') ? '' : 'user-agent: gpushield\r\n';
  const ours = `host: ${host}\r\naccept-encoding: identity\r\n${agent}connection: keep-alive\r\n`;
  return { ok: true, lines: lines + ours };
};

export type RequestHeaders = (given: Readonly<Record<string, string>>, host: string) => HeaderCheck;

/** The headers of a request as lines. Those of a frozen object are the same each time, and are checked once for a host. */
export const createRequestHeaders = (): RequestHeaders => {
  const checked = new WeakMap<object, { readonly host: string; readonly check: HeaderCheck }>();
  return (given, host) => {
    const known = checked.get(given);
    if (known?.host === host) return known.check;
    const check = checkHeaders(given, host);
    if (Object.isFrozen(given)) checked.set(given, { host, check });
    return check;
  };
};
