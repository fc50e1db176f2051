import { ClientCredentialsRequest, ClientToken, deviceGrantType } from '@gpushield/contracts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import type { createDeviceToken } from '../device/device-token.ts';
import type { createIssueClientToken } from '../issue-client-token.ts';

/** RFC 6749, section 5.1, word for word. */
export const oauthNoStore = { 'cache-control': 'no-store', pragma: 'no-cache' };
export const oauthBodyLimitBytes = 16 * 1024;

export const issueClientToken = (deps: {
  readonly issue: ReturnType<typeof createIssueClientToken>;
  readonly issueToDevice: ReturnType<typeof createDeviceToken>;
}) =>
  defineRoute({
    method: 'POST',
    path: '/oauth/token',
    operationId: 'issueClientToken',
    summary:
      'OAuth2 client credentials, or an approved device code (RFC 8628), to an access token of 15 minutes',
    tag: 'OAuth2',
    access: { public: 'The client authenticates by HTTP Basic or in the body, a device by its code' },
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
      'invalid_grant',
      'authorization_pending',
      'slow_down',
      'access_denied',
      'device_code_expired',
      'user_disabled',
      'address_not_allowed',
      'audit_unavailable',
    ],
    handler: async ({ body }, ctx) =>
      ok(
        await (body.grant_type === deviceGrantType
          ? deps.issueToDevice(body.device_code, ctx)
          : deps.issue(body, ctx)),
        oauthNoStore,
      ),
  });
