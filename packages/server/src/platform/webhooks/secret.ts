import type { SealedColumn } from '../secrets/index.ts';

const prefix = 'whsec_';
/** What Standard Webhooks allows for a symmetric key. */
const minBytes = 24;
const maxBytes = 64;
const madeBytes = 32;

/** A new secret: `whsec_` and the base64 of 32 random bytes. */
export const makeWebhookSecret = (randomBytes: (size: number) => Buffer): string =>
  `${prefix}${randomBytes(madeBytes).toString('base64')}`;

/** The key's bytes; undefined unless the text is `whsec_` and canonical base64 of 24 to 64 bytes. */
export const parseWebhookSecret = (text: string): Buffer | undefined => {
  if (!text.startsWith(prefix)) return undefined;
  const encoded = text.slice(prefix.length);
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length < minBytes || bytes.length > maxBytes) return undefined;
  return bytes.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '') ? bytes : undefined;
};

/** What a secret is sealed for: the sealed text of one row does not open in another. */
export const secretPurpose = (secretId: string): string => `webhook-secret:${secretId}`;

/** Where webhook secrets lie, for the resealer. */
export const sealedWebhookSecrets: SealedColumn = {
  table: 'webhook_secrets',
  idColumn: 'id',
  column: 'sealed',
  purpose: secretPurpose,
};
