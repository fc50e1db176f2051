import { RefreshRequest } from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import { defineRoute, noContent } from '../../../platform/http/route.ts';
import { hashBytesOf } from '../../../platform/identity/index.ts';
import type { LoginLimiter } from '../login-limits.ts';
import { findRefreshToken, revokeSession } from '../session-store.ts';

export const logout = (deps: { readonly clock: Clock; readonly limits: LoginLimiter }) =>
  defineRoute({
    method: 'POST',
    path: '/auth/logout',
    operationId: 'logout',
    summary: 'Ends the session of a refresh token: its access tokens stop working on every replica',
    tag: 'Authentication',
    access: { public: 'The refresh token is the credential' },
    audit: { when: 'handler', action: 'auth.logout' },
    effect: 'own',
    bodyLimitBytes: 4096,
    schema: { body: RefreshRequest, responses: { 204: null } },
    errors: ['rate_limited'],
    handler: async ({ body }, ctx) => {
      await deps.limits.takeRefresh(ctx.remoteAddress);
      const row = await findRefreshToken(ctx.db, hashBytesOf(body.refresh_token));
      // Whoever asks with an unknown token is logged out already (RFC 7009, section 2.2).
      if (row === undefined) return noContent();
      await ctx.audit({
        action: 'auth.logout',
        resource: `session:${row.session_id}`,
        principal: { id: row.user_id, kind: 'user', name: row.username },
      });
      await revokeSession(ctx.db, row.session_id, new Date(deps.clock.nowMs()));
      return noContent();
    },
  });
