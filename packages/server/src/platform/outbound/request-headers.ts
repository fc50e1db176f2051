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
  | { readonly ok: true; readonly headers: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly reason: string };

/** Checks the caller's headers and adds ours. A refusal repeats no value: it may be a credential. */
export const requestHeaders = (
  given: Readonly<Record<string, string>>,
  { host, bodyBytes }: { readonly host: string; readonly bodyBytes: number | undefined },
): HeaderCheck => {
  const headers = new Map<string, string>();
  let bytes = 0;
  for (const [name, value] of Object.entries(given)) {
    const lower = name.toLowerCase();
    if (!fieldName.test(name)) return { ok: false, reason: 'a header has an invalid name' };
    if (!fieldValue.test(value)) return { ok: false, reason: `header ${lower} has an invalid value` };
    if (ownHeaders.has(lower)) return { ok: false, reason: `header ${lower} is not for callers to set` };
    if (headers.has(lower)) return { ok: false, reason: `header ${lower} is given twice` };
    bytes += name.length + value.length;
    headers.set(lower, value);
  }
  if (bytes > headersMaxBytes) {
    return { ok: false, reason: `the headers have more than ${String(headersMaxBytes)} bytes` };
  }
  headers.set('host', host);
  headers.set('accept-encoding', 'identity');
  if (!headers.has('user-agent')) headers.set('user-agent', 'gpushield');
  if (bodyBytes !== undefined) headers.set('content-length', String(bodyBytes));
  return { ok: true, headers: Object.fromEntries(headers) };
};
