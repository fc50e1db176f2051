import type { Tx } from '../../platform/database/types.ts';
import type { RequestContext } from '../../platform/http/route.ts';
import { insertSession, revokeOldestSessions } from './session-store.ts';
import { makeRefreshToken, type TokenDeps } from './tokens.ts';

/** A person has a few devices; beyond this the oldest login ends. */
const maxSessionsPerUser = 50;

/** Opens a login's session; answers its first refresh token. */
export const openSession = async (
  deps: TokenDeps & { readonly refreshTtlMs: number },
  tx: Tx,
  session: { readonly id: string; readonly userId: string; readonly at: Date },
  { remoteAddress: ipAddress, userAgent }: Pick<RequestContext, 'remoteAddress' | 'userAgent'>,
): Promise<string> => {
  const expiresAt = new Date(session.at.getTime() + deps.refreshTtlMs);
  await insertSession(tx, { ...session, expiresAt, ipAddress, userAgent });
  await revokeOldestSessions(tx, session.userId, maxSessionsPerUser, session.at);
  return makeRefreshToken(deps, tx, session.id, session.at);
};
