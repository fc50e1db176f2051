import type { Scope } from '@gpushield/contracts';
import { AppError } from '../../platform/errors.ts';
import { covers, toScopes } from '../../platform/identity/index.ts';

export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

const basicChallenge = 'Basic realm="gpushield", charset="UTF-8"';

/** Errors are told the way that the client chose (RFC 6749, section 5.2). */
export const invalidClient = (detail?: string): AppError =>
  new AppError('invalid_client', {
    headers: { 'www-authenticate': basicChallenge },
    ...(detail === undefined ? {} : { detail }),
  });

// One of ours has 170 characters.
const basic = /^basic +([A-Za-z0-9+/]{1,1024}={0,2}) *$/i;

const formDecoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidClient('The Authorization header is not well-formed');
  }
};

/** `client_secret_basic`: both parts are form-encoded before they are joined (RFC 6749, section 2.3.1). */
const fromBasic = (authorization: string): ClientCredentials => {
  const encoded = basic.exec(authorization)?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw invalidClient('The Authorization header is not "Basic <client_id:client_secret>"');
  return {
    clientId: formDecoded(text.slice(0, colon)),
    clientSecret: formDecoded(text.slice(colon + 1)),
  };
};

export interface ClientFields {
  readonly client_id?: string | undefined;
  readonly client_secret?: string | undefined;
}

/**
 * Who a client says it is: by HTTP Basic or by the body, not by both (RFC 6749, section 2.3). Errors:
 * `invalid_request`, `invalid_client`.
 */
export const readClientCredentials = (
  authorization: string | undefined,
  fields: ClientFields,
): ClientCredentials => {
  const { client_id: clientId, client_secret: clientSecret } = fields;
  if (authorization === undefined) {
    if (clientId === undefined || clientSecret === undefined) throw invalidClient('No client is named');
    return { clientId, clientSecret };
  }
  const credentials = fromBasic(authorization);
  if (clientSecret !== undefined || (clientId !== undefined && clientId !== credentials.clientId)) {
    throw new AppError('invalid_request', { detail: 'The client names itself twice' });
  }
  return credentials;
};

// RFC 6749, section 3.3: tokens of printable ASCII but for quote and backslash, separated by spaces.
const scopeText = /^[\x21\x23-\x5b\x5d-\x7e]+(?: +[\x21\x23-\x5b\x5d-\x7e]+)*$/;

/**
 * What a token carries: what was asked for, where the client holds all of it, or everything that it holds. Errors:
 * `invalid_scope`, naming the scope.
 */
export const decideTokenScopes = (
  held: ReadonlySet<Scope>,
  requested: string | undefined,
): readonly Scope[] => {
  if (requested === undefined) return [...held].sort();
  if (!scopeText.test(requested)) throw new AppError('invalid_scope', { detail: 'scope is not well-formed' });
  const names = [...new Set(requested.split(/ +/))];
  const known = toScopes(names);
  const unknown = names.find((name) => !known.some((scope) => scope === name));
  if (unknown !== undefined) {
    throw new AppError('invalid_scope', { detail: `There is no scope ${unknown.slice(0, 64)}` });
  }
  const missing = known.find((scope) => !covers(held, scope));
  if (missing !== undefined) {
    throw new AppError('invalid_scope', { detail: `The client does not hold the scope ${missing}` });
  }
  return [...known].sort();
};
