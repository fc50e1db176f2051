import { Introspection, IntrospectionRequest } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import type { InspectingAuthenticator, Principal } from '../../../platform/identity/index.ts';
import { oauthBodyLimitBytes, oauthNoStore } from './issue-client-token.ts';

const active = (principal: Principal): Introspection => {
  const { credentialExpiresAtMs: expiresAtMs } = principal;
  return {
    active: true,
    token_type: 'Bearer',
    scope: [...principal.scopes].sort().join(' '),
    sub: principal.id,
    username: principal.name,
    jti: principal.credentialId,
    ...(principal.kind === 'service' ? { client_id: principal.id } : {}),
    ...(expiresAtMs === null ? {} : { exp: Math.floor(expiresAtMs / 1000) }),
  };
};

/** `expired`, `revoked`, `unknown`: all of it is "not active", and nothing more is said (RFC 7662, section 2.2). */
const introspect = async (
  authenticator: Pick<InspectingAuthenticator, 'inspect'>,
  token: string,
): Promise<Introspection> => {
  try {
    return active(await authenticator.inspect(token));
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return { active: false };
    throw error;
  }
};

export const introspectToken = (deps: { readonly authenticator: Pick<InspectingAuthenticator, 'inspect'> }) =>
  defineRoute({
    method: 'POST',
    path: '/oauth/introspect',
    operationId: 'introspectToken',
    summary: 'What a token is good for (RFC 7662): client tokens, access tokens of logins, and API keys',
    tag: 'OAuth2',
    access: { scope: 'tokens:introspect' },
    audit: { when: 'with', action: 'oauth.introspect' },
    effect: 'read',
    consumes: 'form',
    errorForm: 'oauth',
    bodyLimitBytes: oauthBodyLimitBytes,
    schema: { body: IntrospectionRequest, responses: { 200: Introspection } },
    handler: async ({ body }) => ok(await introspect(deps.authenticator, body.token), oauthNoStore),
  });
