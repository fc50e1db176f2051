import type { TokenResponse } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import {
  accessTokenTtlSeconds,
  hashBytesOf,
  makeOpaqueSecret,
  type AccessTokens,
} from '../../platform/identity/index.ts';
import { insertRefreshToken } from './session-store.ts';

export interface TokenDeps {
  readonly accessTokens: Pick<AccessTokens, 'issue'>;
  readonly randomBytes: (size: number) => Buffer;
}

/** Stores a new refresh token of the session; answers it in clear, which nothing else keeps. */
export const makeRefreshToken = async (
  deps: TokenDeps,
  tx: Executor,
  sessionId: string,
  at: Date,
): Promise<string> => {
  const token = makeOpaqueSecret(deps.randomBytes);
  await insertRefreshToken(tx, hashBytesOf(token), sessionId, at);
  return token;
};

/** What login and refresh answer. */
export const tokenResponse = async (
  deps: TokenDeps,
  subject: { readonly userId: string; readonly sessionId: string },
  refreshToken: string,
): Promise<TokenResponse> => ({
  access_token: await deps.accessTokens.issue(subject),
  token_type: 'bearer',
  expires_in: accessTokenTtlSeconds,
  refresh_token: refreshToken,
});
