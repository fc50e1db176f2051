import { RevocationRequest } from '@gpushield/contracts';
import { Type } from 'typebox';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { revokeClientToken } from '../client-token-store.ts';
import { requireClient, type OAuthDeps } from '../issue-client-token.ts';
import { oauthBodyLimitBytes, oauthNoStore } from './issue-client-token.ts';

/** The token's id, or undefined: one that is not good any more, or never was, needs no revoking. */
const idOf = async (deps: OAuthDeps, token: string): Promise<string | undefined> => {
  try {
    return (await deps.clientTokens.verify(token)).sessionId;
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return undefined;
    throw error;
  }
};

export const revokeToken = (deps: OAuthDeps) =>
  defineRoute({
    method: 'POST',
    path: '/oauth/revoke',
    operationId: 'revokeToken',
    summary: "End one of the client's own tokens on every replica (RFC 7009); again is no error",
    tag: 'OAuth2',
    access: { public: 'The client authenticates by HTTP Basic or in the body' },
    audit: { when: 'handler', action: 'oauth.revoke' },
    effect: 'own',
    consumes: 'form',
    errorForm: 'oauth',
    bodyLimitBytes: oauthBodyLimitBytes,
    schema: { body: RevocationRequest, responses: { 200: Type.Object({}) } },
    errors: ['invalid_client', 'invalid_grant', 'address_not_allowed', 'audit_unavailable'],
    handler: async ({ body }, ctx) => {
      const { client, granted } = await requireClient(deps, 'oauth.revoke', body, ctx);
      const id = await idOf(deps, body.token);
      await granted(id === undefined ? 'token:unknown' : `token:${id}`);
      if (id !== undefined) {
        const revoked = await revokeClientToken(deps.db, id, client.id, new Date(deps.clock.nowMs()));
        if (!revoked) throw new AppError('invalid_grant');
      }
      return ok({}, oauthNoStore);
    },
  });
