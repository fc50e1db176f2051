import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { awsAudienceHeader, awsCallerIdentityBody, type AwsPresignedLogin } from '@gpushield/contracts';
import { CliError } from '../../cli-error.ts';
import type { AwsCredentials } from '../../io.ts';

/** What a login is signed for: nothing of it is secret. */
export interface SigningWish {
  readonly region: string;
  readonly audience: string;
  /** In place of the region's own endpoint; its host is signed. */
  readonly endpoint: string | undefined;
  readonly nowMs: number;
}

/** SHA-256 as the signer wants it, keyed or not. */
class Sha256 {
  private readonly hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.hash.update(bytesOf(data));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }
  reset(): void {
    throw new Error('Signing makes a new hash each time');
  }
}

const bytesOf = (data: string | ArrayBuffer | ArrayBufferView): Uint8Array => {
  if (typeof data === 'string') return Buffer.from(data, 'utf8');
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
};

const hostOf = ({ region, endpoint }: SigningWish): string =>
  endpoint === undefined
    ? `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
    : new URL(endpoint).host;

const partsOf = (authorization: string): { readonly names: string; readonly signature: string } => {
  const [, names = '', signature = ''] =
    /SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(authorization) ?? [];
  if (signature === '') throw new CliError({ title: 'The request could not be signed' });
  return { names, signature };
};

/**
 * Signs a call of GetCallerIdentity and keeps its parts: the server makes the call with them and learns who signed. The
 * secret key is used here and goes nowhere.
 */
export const presign = async (credentials: AwsCredentials, wish: SigningWish): Promise<AwsPresignedLogin> => {
  const { SignatureV4 } = await import('@smithy/signature-v4');
  const { region, audience, nowMs } = wish;
  const host = hostOf(wish);
  const signer = new SignatureV4({
    credentials,
    region,
    service: 'sts',
    sha256: Sha256,
    applyChecksum: false,
  });
  const { headers } = await signer.sign(
    {
      method: 'POST',
      protocol: 'https:',
      hostname: host,
      path: '/',
      query: {},
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        host,
        [awsAudienceHeader]: audience,
      },
      body: awsCallerIdentityBody,
    },
    { signingDate: new Date(nowMs) },
  );
  const { names, signature } = partsOf(headers['authorization'] ?? '');
  return {
    region,
    access_key_id: credentials.accessKeyId,
    ...(credentials.sessionToken === undefined ? {} : { session_token: credentials.sessionToken }),
    amz_date: headers['x-amz-date'] ?? '',
    signed_headers: names,
    signature,
    audience,
  };
};
