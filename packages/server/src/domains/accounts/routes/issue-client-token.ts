import { ClientCredentialsRequest, ClientToken } from '@gpushield/contracts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import type { createIssueClientToken } from '../issue-client-token.ts';

/** RFC 6749, section 5.1, word for word. */
export const oauthNoStore = { 'cache-control': 'no-store', pragma: 'no-cache' };
export const oauthBodyLimitBytes = 16 * 1024;

export const issueClientToken = (deps: { readonly issue: ReturnType<typeof createIssueClientToken> }) =>
  defineRoute({
    method: 'POST',
    path: '/oauth/token',
    operationId: 'issueClientToken',
    summary: 'OAuth2 client credentials (RFC 6749, section 4.4) to an access token of 15 minutes',
    tag: 'OAuth2',
    access: { public: 'The client authenticates by HTTP Basic or in the body' },
    audit: { when: 'handler', action: 'oauth.token' },
    effect: 'own',
    consumes: 'form',
    errorForm: 'oauth',
    bodyLimitBytes: oauthBodyLimitBytes,
    schema: { body: ClientCredentialsRequest, responses: { 200: ClientToken } },
    errors: [
      'invalid_client',
      'invalid_scope',
      'unsupported_grant_type',
      'address_not_allowed',
      'audit_unavailable',
    ],
    handler: async ({ body }, ctx) => ok(await deps.issue(body, ctx), oauthNoStore),
  });
