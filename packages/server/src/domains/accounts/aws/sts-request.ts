import { createHash, createHmac } from 'node:crypto';
import {
  awsAudienceHeader,
  awsCallerIdentityBody,
  type AwsPresignedLogin,
  type AwsRawLogin,
} from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';

/** What a login is measured by. */
export interface AwsLoginSettings {
  readonly raw: boolean;
  readonly regions: readonly string[];
  readonly audience: string;
  /** In place of each region's own; undefined in production. */
  readonly stsEndpoint: string | undefined;
}

export interface StsRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How far a signature's date may be from ours, and how long it is remembered. */
export const signatureWindowMs = 5 * 60_000;
export const signatureMemoryMs = 15 * 60_000;

const contentType = 'application/x-www-form-urlencoded; charset=utf-8';
const refused = (detail: string): AppError => new AppError('aws_login_refused', { detail });

export const stsEndpointOf = (region: string, settings: Pick<AwsLoginSettings, 'stsEndpoint'>): string =>
  settings.stsEndpoint ?? `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** The headers that are signed, no more and no fewer. */
export const signedHeaderNames = (hasToken: boolean): readonly string[] => [
  'content-type',
  'host',
  'x-amz-date',
  ...(hasToken ? ['x-amz-security-token'] : []),
  awsAudienceHeader,
];

/** Milliseconds of `20260115T163000Z`; NaN for what is no date. */
export const amzDateMs = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

interface Parts {
  readonly region: string;
  readonly accessKeyId: string;
  readonly sessionToken: string | undefined;
  readonly amzDate: string;
  readonly audience: string;
  readonly signature: string;
}

const requestOf = (parts: Parts, settings: AwsLoginSettings): StsRequest => {
  const scope = `${parts.amzDate.slice(0, 8)}/${parts.region}/sts/aws4_request`;
  const names = signedHeaderNames(parts.sessionToken !== undefined).join(';');
  return {
    url: `${stsEndpointOf(parts.region, settings)}/`,
    body: awsCallerIdentityBody,
    headers: {
      'content-type': contentType,
      accept: 'application/json',
      'x-amz-date': parts.amzDate,
      ...(parts.sessionToken === undefined ? {} : { 'x-amz-security-token': parts.sessionToken }),
      [awsAudienceHeader]: parts.audience,
      authorization: `AWS4-HMAC-SHA256 Credential=${parts.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${parts.signature}`,
    },
  };
};

/**
 * Makes the request to STS anew out of the parts of a pre-signed login: whatever else the client had in mind is not
 * sent. Errors: `aws_login_refused`.
 */
export const rebuildRequest = (
  login: AwsPresignedLogin,
  settings: AwsLoginSettings,
  nowMs: number,
): StsRequest => {
  if (!settings.regions.includes(login.region))
    throw refused(`Sign for one of the regions ${settings.regions.join(', ')}`);
  if (login.audience !== settings.audience) throw refused(`Sign ${awsAudienceHeader}: ${settings.audience}`);
  const expected = signedHeaderNames(login.session_token !== undefined).join(';');
  if (login.signed_headers !== expected) throw refused(`The signed headers must be ${expected}`);
  const dateMs = amzDateMs(login.amz_date);
  if (!(Math.abs(nowMs - dateMs) <= signatureWindowMs))
    throw refused('The signature is older or newer than 5 minutes');
  return requestOf(
    {
      region: login.region,
      accessKeyId: login.access_key_id,
      sessionToken: login.session_token,
      amzDate: login.amz_date,
      audience: login.audience,
      signature: login.signature,
    },
    settings,
  );
};

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Signs for a client that sent the secret itself (seed 2); AWS Signature Version 4. */
export const signRaw = (login: AwsRawLogin, settings: AwsLoginSettings, nowMs: number): StsRequest => {
  const region = settings.regions[0] ?? 'us-east-1';
  const amzDate = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const day = amzDate.slice(0, 8);
  const values: Readonly<Record<string, string>> = {
    'content-type': contentType,
    host: new URL(stsEndpointOf(region, settings)).host,
    'x-amz-date': amzDate,
    'x-amz-security-token': login.aws_session_token ?? '',
    [awsAudienceHeader]: settings.audience,
  };
  const names = signedHeaderNames(login.aws_session_token !== undefined);
  const canonical = [
    'POST',
    '/',
    '',
    ...names.map((name) => `${name}:${values[name] ?? ''}`),
    '',
    names.join(';'),
    sha256(awsCallerIdentityBody),
  ].join('\n');
  const toSign = `AWS4-HMAC-SHA256\n${amzDate}\n${day}/${region}/sts/aws4_request\n${sha256(canonical)}`;
  const key = [day, region, 'sts', 'aws4_request'].reduce<string | Buffer>(
    (derived, part) => hmac(derived, part),
    `AWS4${login.aws_secret_access_key}`,
  );
  return requestOf(
    {
      region,
      accessKeyId: login.aws_access_key_id,
      sessionToken: login.aws_session_token,
      amzDate,
      audience: settings.audience,
      signature: hmac(key, toSign).toString('hex'),
    },
    settings,
  );
};
