import { Me } from '@gpushield/contracts';
import { defineRoute, ok } from '../../../platform/http/route.ts';

export const getMe = () =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/me',
    operationId: 'getMe',
    summary: 'Who is asking, and what they may do',
    tag: 'Me',
    access: { scope: 'self' },
    audit: { when: 'with', action: 'me.read' },
    effect: 'read',
    schema: { responses: { 200: Me } },
    handler: async (_input, { principal }) => {
      const { credentialExpiresAtMs: expiresAtMs } = principal;
      const me: Me = {
        id: principal.id,
        kind: principal.kind,
        username: principal.kind === 'anonymous' ? null : principal.name,
        roles: [...principal.roles],
        scopes: [...principal.scopes].sort(),
        credential_expires_at: expiresAtMs === null ? null : new Date(expiresAtMs).toISOString(),
      };
      return ok(me);
    },
  });
