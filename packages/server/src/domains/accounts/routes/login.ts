import { LoginRequest, TokenResponse } from '@gpushield/contracts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import type { createLogIn } from '../log-in.ts';

/** Tokens must not stay in a cache on the way (RFC 6749, section 5.1). */
export const noStore = { 'cache-control': 'no-store' };

export const login = (deps: { readonly logIn: ReturnType<typeof createLogIn> }) =>
  defineRoute({
    method: 'POST',
    path: '/auth/login',
    operationId: 'login',
    summary: 'Username and password to an access token of 15 minutes and a refresh token',
    tag: 'Authentication',
    access: { public: 'Who logs in has no credential yet' },
    audit: { when: 'handler', action: 'auth.login' },
    effect: 'own',
    bodyLimitBytes: 4096,
    schema: { body: LoginRequest, responses: { 200: TokenResponse } },
    errors: ['invalid_credentials', 'user_disabled', 'rate_limited', 'overloaded'],
    handler: async ({ body }, ctx) => ok(await deps.logIn(body, ctx), noStore),
  });
