import { RefreshRequest, TokenResponse } from '@gpushield/contracts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import type { createRefresh } from '../refresh-session.ts';
import { noStore } from './login.ts';

export const refresh = (deps: { readonly refreshSession: ReturnType<typeof createRefresh> }) =>
  defineRoute({
    method: 'POST',
    path: '/auth/refresh',
    operationId: 'refresh',
    summary:
      'A refresh token to new tokens; each refresh token works once, and sending it again ends the session',
    tag: 'Authentication',
    access: { public: 'The refresh token is the credential' },
    audit: { when: 'handler', action: 'auth.refresh' },
    effect: 'own',
    bodyLimitBytes: 4096,
    schema: { body: RefreshRequest, responses: { 200: TokenResponse } },
    errors: ['invalid_token', 'token_expired', 'user_disabled', 'rate_limited'],
    handler: async ({ body }, ctx) => ok(await deps.refreshSession(body.refresh_token, ctx), noStore),
  });
