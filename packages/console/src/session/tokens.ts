/** What a login or a refresh gives. Times are Unix milliseconds. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  readonly expiresAt: number;
}

/** A session is renewed this long before its access token ends. */
const renewBeforeMs = 60_000;

export const needsRenewal = ({ expiresAt }: Tokens, nowMs: number): boolean =>
  nowMs >= expiresAt - renewBeforeMs;

export const tokensOf = (
  answer: { readonly access_token: string; readonly refresh_token: string; readonly expires_in: number },
  nowMs: number,
): Tokens => ({
  access: answer.access_token,
  refresh: answer.refresh_token,
  expiresAt: nowMs + answer.expires_in * 1000,
});

/** Reads what the tab kept; anything else than tokens is nothing. */
export const parseTokens = (text: string | null): Tokens | undefined => {
  if (text === null) return undefined;
  try {
    const value = JSON.parse(text) as Partial<Tokens> | null;
    const { access, refresh, expiresAt } = value ?? {};
    if (typeof access !== 'string' || typeof refresh !== 'string' || typeof expiresAt !== 'number')
      return undefined;
    return { access, refresh, expiresAt };
  } catch {
    return undefined;
  }
};
