import { ScopedTokenRequest, ScopedTokenResponse, type Scope } from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, type RequestContext } from '../../../platform/http/route.ts';
import {
  covers,
  hashOpaqueSecret,
  scopedTokenTtlSeconds,
  type Principal,
  type ScopedTokens,
  type TokenParent,
} from '../../../platform/identity/index.ts';

export interface ScopedTokenDeps {
  readonly scopedTokens: ScopedTokens;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Scopes that a scoped token may carry: it is made for models, and for nothing else. */
const grantable: ReadonlySet<Scope> = new Set<Scope>(['llm:generate', 'llm:embed', 'models:read']);

const parentOf = (principal: Principal, authorization: string | undefined): TokenParent => {
  const { kind, credentialId } = principal;
  if (kind === 'user') return { kind: 'session', id: credentialId };
  if (kind === 'service') return { kind: 'client', id: credentialId };
  if (kind === 'anonymous') return { kind: 'anonymous', id: credentialId };
  if (kind === 'api_key' && authorization !== undefined) {
    return { kind: 'key', id: hashOpaqueSecret(authorization.replace(/^bearer +/i, '').trim()) };
  }
  throw new AppError('insufficient_scope', {
    detail: 'Insufficient permissions',
    remediation:
      'Scoped tokens are made with a login, an API key or a client token, never with another scoped token.',
  });
};

/** Only what the parent may do itself, and only what is for models. */
const requireScopes = (principal: Principal, asked: readonly Scope[]): void => {
  const wrong = asked.find((scope) => !grantable.has(scope) || !covers(principal.scopes, scope));
  if (wrong === undefined) return;
  throw new AppError('insufficient_scope', {
    detail: 'Insufficient permissions',
    remediation: grantable.has(wrong)
      ? `The credential does not hold ${wrong} itself.`
      : `Scoped tokens carry ${[...grantable].join(', ')} only, not ${wrong}.`,
  });
};

const record = (
  ctx: RequestContext,
  granted: boolean,
  reason: string,
  body: ScopedTokenRequest,
  tokenId: string | null,
) =>
  ctx.audit({
    action: 'llm.scoped_token',
    resource: `llm:${body.model}`,
    granted,
    reason,
    details: { max_tokens: body.max_tokens, scopes: body.scopes.join(' '), token_id: tokenId },
  });

/** POST /auth/scoped-token (seed 3): a token of 60 s for one model and so many tokens, never wider than its parent. */
export const createScopedToken = ({ scopedTokens, clock, newId }: ScopedTokenDeps) =>
  defineRoute({
    method: 'POST',
    path: '/auth/scoped-token',
    operationId: 'createScopedToken',
    summary: 'A token of 60 seconds for one model and a budget of tokens',
    tag: 'Authentication',
    access: { scope: 'models:read', refusal: 'Insufficient permissions', binds: true },
    audit: { when: 'handler', action: 'llm.scoped_token', refusals: true },
    effect: 'own',
    bodyLimitBytes: 4096,
    schema: { body: ScopedTokenRequest, responses: { 200: ScopedTokenResponse } },
    handler: async ({ body }, ctx) => {
      const { principal } = ctx;
      const nowMs = clock.nowMs();
      const tokenId = newId();
      let parent: TokenParent;
      try {
        parent = parentOf(principal, ctx.authorization);
        requireScopes(principal, body.scopes);
      } catch (error) {
        await record(ctx, false, error instanceof AppError ? error.code : 'internal', body, null);
        throw error;
      }
      const untilMs = nowMs + scopedTokenTtlSeconds * 1000;
      const expiresAtMs = Math.min(untilMs, principal.credentialExpiresAtMs ?? untilMs);
      await record(ctx, true, 'ok', body, tokenId);
      const token = await scopedTokens.issue({
        tokenId,
        userId: principal.id,
        model: body.model,
        maxTokens: body.max_tokens,
        scopes: body.scopes,
        parent,
        issuedAtMs: nowMs,
        expiresAtMs,
      });
      return {
        status: 200,
        body: {
          access_token: token,
          token_type: 'bearer',
          expires_in: Math.max(1, Math.floor((expiresAtMs - nowMs) / 1000)),
          model: body.model,
          max_tokens: body.max_tokens,
          scopes: body.scopes,
        },
        headers: { 'cache-control': 'no-store' },
      };
    },
  });
