export interface SigningAgent {
  readonly id: string;
  readonly secret: string;
}

/**
 * Signs a body of events as agents do: the headers for the very text that is sent. With a timestamp, which each attempt
 * needs anew, a copy of the request is worth nothing to others.
 */
export const signEvents = async (
  body: string,
  { id, secret }: SigningAgent,
  { timestampSeconds }: { readonly timestampSeconds?: number } = {},
): Promise<Record<string, string>> => {
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey(
    'raw',
    encoder.encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const stamp = timestampSeconds === undefined ? undefined : String(Math.floor(timestampSeconds));
  const signed = await crypto.subtle.sign(
    'HMAC',
    key,
    encoder.encode(stamp === undefined ? body : `${stamp}.${body}`),
  );
  return {
    'x-agent-id': id,
    'x-agent-signature': btoa(String.fromCharCode(...new Uint8Array(signed))),
    ...(stamp === undefined ? {} : { 'x-agent-timestamp': stamp }),
  };
};
