import { Type, type Static } from 'typebox';
import { nullable, Timestamp } from './common.ts';

/** A header that every pre-signed login signs, so that it can be used at no other service (security.md). */
export const awsAudienceHeader = 'x-gpushield-audience';
/** The one body of GetCallerIdentity; the server sends this constant, whatever the client signed. */
export const awsCallerIdentityBody = 'Action=GetCallerIdentity&Version=2011-06-15';

/**
 * The parts of a POST to STS that the client signed (AWS Signature Version 4, service `sts`). The server makes the
 * request anew out of them: no URL, host or body is taken. Signed headers are exactly `content-type`, `host`,
 * `x-amz-date`, `x-amz-security-token` where there is a token, and `x-gpushield-audience`.
 */
export const AwsPresignedLogin = Type.Object(
  {
    region: Type.String({ pattern: '^[a-z]{2}(-[a-z]{2,12}){1,3}-[0-9]{1,2}$', maxLength: 32 }),
    access_key_id: Type.String({ minLength: 16, maxLength: 128, pattern: '^[A-Z0-9]+$' }),
    session_token: Type.Optional(
      Type.String({ minLength: 100, maxLength: 2048, pattern: '^[A-Za-z0-9+/=_-]+$' }),
    ),
    amz_date: Type.String({ pattern: '^[0-9]{8}T[0-9]{6}Z$' }),
    signed_headers: Type.String({ maxLength: 256, pattern: '^[a-z0-9;-]+$' }),
    signature: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    audience: Type.String({ minLength: 1, maxLength: 253, pattern: '^[A-Za-z0-9.:/_-]+$' }),
  },
  { additionalProperties: false },
);
export type AwsPresignedLogin = Static<typeof AwsPresignedLogin>;

/** Seed 2's form, with the secret itself; taken only where the operator allows it. */
export const AwsRawLogin = Type.Object(
  {
    aws_access_key_id: Type.String({ minLength: 16, maxLength: 128, pattern: '^[A-Za-z0-9]+$' }),
    aws_secret_access_key: Type.String({ minLength: 40, maxLength: 128, pattern: '^[\\x21-\\x7e]+$' }),
    aws_session_token: Type.Optional(
      Type.String({ minLength: 100, maxLength: 2048, pattern: '^[\\x21-\\x7e]+$' }),
    ),
  },
  { additionalProperties: false },
);
export type AwsRawLogin = Static<typeof AwsRawLogin>;

export const AwsLogin = Type.Object(
  {
    presigned: Type.Optional(AwsPresignedLogin),
    ...Object.fromEntries(
      Object.entries(AwsRawLogin.properties).map(([name, schema]) => [name, Type.Optional(schema)]),
    ),
  },
  { additionalProperties: false, minProperties: 1 },
);

const keyFields = {
  api_key: Type.String({ description: '86 characters, shown once' }),
  key_prefix: Type.String(),
  user_id: Type.Integer({ description: 'A number, as seed 2 has it; the same for ever' }),
  username: Type.String(),
  expires_at: Timestamp,
};
export const AwsLoggedIn = Type.Object({
  ...keyFields,
  aws_arn: Type.String(),
  ttl_hours: Type.Integer(),
});
export type AwsLoggedIn = Static<typeof AwsLoggedIn>;
/** `expires_at` is null for a key that never ends. */
export const RotatedKey = Type.Object({ ...keyFields, expires_at: nullable(Timestamp) });
export type RotatedKey = Static<typeof RotatedKey>;
