import { createSecret, type Secret } from '../platform/secrets/index.ts';
import { accepted, refused, type Parser } from './parsed.ts';

/** Headers that a list may hold, and bytes of one value: more do not fit into one request's head. */
const headersMax = 20;
const valueMaxLength = 4096;

const headerName = /^[a-z0-9!#$&'*+.^_`|~-]{1,64}$/;
const headerValue = /^[\x20-\x7e]+$/;
/** Names that belong to the transport: gRPC's own, and those that frame a request. */
const reserved = /^(grpc-.*|host|connection|content-.*|transfer-encoding|te|.*-bin)$/;

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return undefined;
  }
};

/** Request headers as OpenTelemetry spells them: `name=value,name=value`, values percent-encoded. */
export const headerList: Parser<Readonly<Record<string, Secret>>> = (text) => {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length > headersMax) return refused(`must hold at most ${String(headersMax)} headers`);
  const headers = new Map<string, Secret>();
  for (const [index, entry] of entries.entries()) {
    const [name = '', ...rest] = entry.split('=');
    const key = name.trim().toLowerCase();
    const value = decoded(rest.join('='));
    if (!headerName.test(key) || reserved.test(key) || headers.has(key)) {
      return refused(`must name each header once; entry ${String(index + 1)} has no name that can be used`);
    }
    if (value === undefined || !headerValue.test(value) || value.length > valueMaxLength) {
      return refused(`must give printable values, percent-encoded; entry ${String(index + 1)} has none`);
    }
    headers.set(key, createSecret(value));
  }
  return accepted(Object.fromEntries(headers));
};
