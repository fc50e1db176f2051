import type { TokenResponse } from '@gpushield/contracts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { RequestContext } from '../../platform/http/route.ts';
import { hashBytesOf } from '../../platform/identity/index.ts';
import { counted, type OnAuthAttempt } from './counted.ts';
import type { LoginLimiter } from './login-limits.ts';
import {
  findRefreshToken,
  revokeSession,
  touchSession,
  useRefreshToken,
  type RefreshRow,
} from './session-store.ts';
import { makeRefreshToken, tokenResponse, type TokenDeps } from './tokens.ts';

export interface RefreshDeps extends TokenDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly limits: LoginLimiter;
  readonly onAuthAttempt: OnAuthAttempt;
}

type RefreshContext = Pick<RequestContext, 'remoteAddress' | 'audit'>;

export type RefreshDecision = 'rotate' | 'unknown' | 'reused' | 'ended' | 'expired' | 'disabled';

/** What becomes of a refresh token, in the order that tells an honest client most. */
export const decideRefresh = (row: RefreshRow | undefined, nowMs: number): RefreshDecision => {
  if (row === undefined) return 'unknown';
  if (row.disabled) return 'disabled';
  if (row.used) return 'reused';
  if (row.revoked) return 'ended';
  return row.expires_at.getTime() <= nowMs ? 'expired' : 'rotate';
};

const refusals: Readonly<Record<Exclude<RefreshDecision, 'rotate'>, () => AppError>> = {
  unknown: () => new AppError('invalid_token', { detail: 'The refresh token is not known' }),
  reused: () =>
    new AppError('invalid_token', {
      detail: 'The refresh token was used before, so its session was ended: log in again',
      remediation:
        'Log in again at POST /auth/login. Send each refresh token once: two requests at once look like theft.',
    }),
  ended: () => new AppError('invalid_token', { detail: 'The session has ended' }),
  expired: () => new AppError('token_expired', { detail: 'The refresh token has expired' }),
  disabled: () => new AppError('user_disabled'),
};

const auditEntry = (
  row: RefreshRow | undefined,
  decision: RefreshDecision,
  refusal: AppError | undefined,
) => ({
  action: decision === 'reused' ? 'auth.refresh_reuse' : 'auth.refresh',
  resource: row === undefined ? 'session:unknown' : `session:${row.session_id}`,
  granted: refusal === undefined,
  reason: refusal?.code ?? 'ok',
  principal: { id: row?.user_id ?? 'unknown', kind: 'user', name: row?.username ?? null },
});

/**
 * A refresh token to a new pair. Each token works once. One that comes again was stolen, or was sent twice: nobody can
 * tell, so the whole session ends, whoever holds its newest token; the answer and the audit trail say so. Of two
 * requests at once with the same token the first wins and the second ends the session. Errors: `invalid_token`,
 * `token_expired`, `user_disabled`, `rate_limited`.
 */
export const createRefresh = (deps: RefreshDeps) => {
  const refuse = async (
    row: RefreshRow | undefined,
    decision: Exclude<RefreshDecision, 'rotate'>,
    ctx: RefreshContext,
  ) => {
    const refusal = refusals[decision]();
    // The session of a reused token ends even when the audit trail is away: revoking is the safe side.
    if (decision === 'reused' && row !== undefined) {
      await revokeSession(deps.db, row.session_id, new Date(deps.clock.nowMs()));
    }
    await ctx.audit(auditEntry(row, decision, refusal));
    return refusal;
  };
  const rotate = (row: RefreshRow, hash: Buffer): Promise<'reused' | 'ended' | { readonly token: string }> =>
    deps.db.transaction(async (tx) => {
      const at = new Date(deps.clock.nowMs());
      if (!(await useRefreshToken(tx, hash, at))) return 'reused';
      if (!(await touchSession(tx, row.session_id, at))) return 'ended';
      return { token: await makeRefreshToken(deps, tx, row.session_id, at) };
    });

  return (refreshToken: string, ctx: RefreshContext): Promise<TokenResponse> =>
    counted(deps.onAuthAttempt, 'refresh_token', async () => {
      await deps.limits.takeRefresh(ctx.remoteAddress);
      const hash = hashBytesOf(refreshToken);
      const row = await findRefreshToken(deps.db, hash);
      const decision = decideRefresh(row, deps.clock.nowMs());
      if (row === undefined || decision !== 'rotate') {
        throw await refuse(row, decision === 'rotate' ? 'unknown' : decision, ctx);
      }
      await ctx.audit(auditEntry(row, decision, undefined));
      const rotated = await rotate(row, hash);
      if (typeof rotated === 'string') throw await refuse(row, rotated, ctx);
      return tokenResponse(deps, { userId: row.user_id, sessionId: row.session_id }, rotated.token);
    });
};
