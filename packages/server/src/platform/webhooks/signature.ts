import { createHmac } from 'node:crypto';

export interface SignedContent {
  readonly id: string;
  /** Seconds since the Unix epoch. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The headers of one delivery by Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, one signature for each key,
 * separated by spaces, the newest first.
 */
export const signedHeaders = (
  { id, timestamp, body }: SignedContent,
  keys: readonly Buffer[],
): Record<string, string> => {
  const content = `${id}.${String(timestamp)}.${body}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': keys
      .map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`)
      .join(' '),
  };
};
