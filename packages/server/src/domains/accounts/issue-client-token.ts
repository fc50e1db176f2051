import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { RequestContext } from '../../platform/http/route.ts';
import { accessTokenTtlSeconds, type AccessTokens } from '../../platform/identity/index.ts';
import { presentedClient, type Client, type PresentedClient } from './authenticate-client.ts';
import { decideTokenScopes, invalidClient, type ClientFields } from './client-credentials.ts';
import { insertClientToken } from './client-token-store.ts';
import { counted, type OnAuthAttempt } from './counted.ts';
import type { LoginLimiter } from './login-limits.ts';

export interface OAuthDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly clientTokens: Pick<AccessTokens, 'issue' | 'verify'>;
  readonly limits: LoginLimiter;
  readonly onAuthAttempt: OnAuthAttempt;
}

type OAuthContext = Pick<RequestContext, 'remoteAddress' | 'authorization' | 'audit'>;

const auditEntry = (
  action: string,
  { account }: PresentedClient,
  resource: string,
  refusal: AppError | undefined,
) => ({
  action,
  resource: refusal === undefined ? resource : `client:${account?.id ?? 'unknown'}`,
  granted: refusal === undefined,
  reason: refusal?.code ?? 'ok',
  principal: { id: account?.id ?? 'unknown', kind: 'service', name: account?.name ?? null },
});

/** The client that asks; its refusal is audited. Errors: `rate_limited`, `invalid_client`, `invalid_request`. */
export const requireClient = async (
  deps: Pick<OAuthDeps, 'db' | 'clock' | 'limits'>,
  action: string,
  fields: ClientFields,
  ctx: OAuthContext,
): Promise<{ readonly client: Client; readonly granted: (resource: string) => Promise<void> }> => {
  await deps.limits.takeClient(ctx.remoteAddress);
  const presented = await presentedClient(deps.db, deps.clock, {
    authorization: ctx.authorization,
    fields,
    address: ctx.remoteAddress,
  });
  const { outcome } = presented;
  if ('refusal' in outcome) {
    await ctx.audit(auditEntry(action, presented, '', outcome.refusal));
    throw outcome.refusal;
  }
  return {
    client: outcome.client,
    granted: (resource) => ctx.audit(auditEntry(action, presented, resource, undefined)),
  };
};

/**
 * RFC 6749, section 4.4: a client's own credentials to a token of 15 minutes, without a refresh token. Audited before
 * the token exists. Errors: as `requireClient`, and `unsupported_grant_type`, `invalid_scope`.
 */
export const createIssueClientToken =
  (deps: OAuthDeps) =>
  (
    request: ClientFields & { readonly grant_type: string; readonly scope?: string | undefined },
    ctx: OAuthContext,
  ) =>
    counted(deps.onAuthAttempt, 'client_credentials', async () => {
      if (request.grant_type !== 'client_credentials') throw new AppError('unsupported_grant_type');
      const { client, granted } = await requireClient(deps, 'oauth.token', request, ctx);
      const scopes = decideTokenScopes(client.scopes, request.scope);
      const tokenId = deps.newId();
      await granted(`token:${tokenId}`);
      const at = new Date(deps.clock.nowMs());
      const expiresAt = new Date(at.getTime() + accessTokenTtlSeconds * 1000);
      const noted = await insertClientToken(deps.db, {
        id: tokenId,
        secretId: client.secretId,
        userId: client.id,
        scopes,
        at,
        expiresAt,
      });
      if (!noted) throw invalidClient();
      const scope = scopes.join(' ');
      return {
        access_token: await deps.clientTokens.issue({
          userId: client.id,
          sessionId: tokenId,
          further: { client_id: client.id, scope },
        }),
        token_type: 'Bearer' as const,
        expires_in: accessTokenTtlSeconds,
        scope,
      };
    });
