import { Type, type Static } from 'typebox';
import { Name, Timestamp, Uuid, nullable, text } from './common.ts';
import { roles, scopes } from './scopes.ts';

export const RoleName = Type.Enum([...roles]);
export const ScopeName = Type.Enum([...scopes]);

/** Usernames: letters, digits and `._-`, as seed 2 sanitises them. */
export const Username = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' });
export const NewPassword = Type.String({ minLength: 12, maxLength: 256 });

export const LoginRequest = Type.Object(
  {
    username: Type.String({ minLength: 1, maxLength: 64 }),
    password: Type.String({ minLength: 1, maxLength: 256 }),
  },
  { additionalProperties: false },
);
export const RefreshRequest = Type.Object(
  { refresh_token: Type.String({ minLength: 16, maxLength: 512 }) },
  { additionalProperties: false },
);
export const TokenResponse = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('bearer'),
  expires_in: Type.Integer({ description: 'Seconds' }),
  refresh_token: Type.String(),
});
export type TokenResponse = Static<typeof TokenResponse>;

export const User = Type.Object({
  id: Uuid,
  username: Type.String(),
  kind: Type.Enum(['person', 'service'], { description: 'A service account has no password' }),
  email: nullable(Type.String()),
  roles: Type.Array(RoleName),
  disabled: Type.Boolean(),
  created_at: Timestamp,
  updated_at: Timestamp,
  last_login_at: nullable(Timestamp),
});
export type User = Static<typeof User>;
export const CreateUser = Type.Object(
  {
    username: Username,
    password: NewPassword,
    email: Type.Optional(Type.String({ format: 'email', maxLength: 254 })),
    roles: Type.Array(RoleName, { minItems: 1, maxItems: 8, uniqueItems: true }),
  },
  { additionalProperties: false },
);
export type CreateUser = Static<typeof CreateUser>;
export const UpdateUser = Type.Object(
  {
    email: Type.Optional(nullable(Type.String({ format: 'email', maxLength: 254 }))),
    roles: Type.Optional(Type.Array(RoleName, { minItems: 1, maxItems: 8, uniqueItems: true })),
    disabled: Type.Optional(Type.Boolean()),
    password: Type.Optional(NewPassword),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type UpdateUser = Static<typeof UpdateUser>;
export const ChangePassword = Type.Object(
  { current_password: Type.String({ minLength: 1, maxLength: 256 }), new_password: NewPassword },
  { additionalProperties: false },
);

/** Who is asking: GET /api/v1/me. */
export const Me = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['user', 'api_key', 'service', 'certificate', 'agent', 'scoped_token', 'anonymous']),
  username: nullable(Type.String()),
  roles: Type.Array(RoleName),
  scopes: Type.Array(ScopeName),
  credential_expires_at: nullable(Timestamp),
});
export type Me = Static<typeof Me>;

/** Networks from which alone a credential works, checked on every use. */
export const AllowedAddresses = Type.Array(
  Type.String({ minLength: 2, maxLength: 43, pattern: '^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$' }),
  { minItems: 1, maxItems: 32, description: 'Addresses and CIDR networks; left out: from everywhere' },
);
const WantedScopes = Type.Array(ScopeName, { minItems: 1, maxItems: 64, uniqueItems: true });
const Hours = (whenUnset: string) =>
  nullable(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 87_600,
      description: `null: never expires; left out: ${whenUnset}`,
    }),
  );

export const ApiKey = Type.Object({
  id: Uuid,
  user_id: Uuid,
  username: Type.String(),
  key_prefix: Type.String({ description: 'First 8 characters of the key' }),
  description: Type.String(),
  scopes: nullable(Type.Array(ScopeName)),
  allowed_addresses: nullable(Type.Array(Type.String())),
  created_at: Timestamp,
  expires_at: nullable(Timestamp),
  last_used_at: nullable(Timestamp),
  revoked_at: nullable(Timestamp),
});
export type ApiKey = Static<typeof ApiKey>;
export const CreateApiKey = Type.Object(
  {
    description: Type.Optional(text(200)),
    user_id: Type.Optional(Uuid),
    username: Type.Optional(Name),
    scopes: Type.Optional(WantedScopes),
    allowed_addresses: Type.Optional(AllowedAddresses),
    expires_in_hours: Type.Optional(Hours('API_KEY_TTL_HOURS')),
  },
  { additionalProperties: false },
);
export type CreateApiKey = Static<typeof CreateApiKey>;
/** The only answer that carries the key itself. */
export const CreatedApiKey = Type.Object({
  ...ApiKey.properties,
  api_key: Type.String({ description: '86 characters, shown once' }),
});
export type CreatedApiKey = Static<typeof CreatedApiKey>;

export const ServiceAccount = Type.Object({
  id: Uuid,
  client_id: Type.String({ description: 'The same id, as OAuth2 calls it' }),
  username: Type.String(),
  description: Type.String(),
  roles: Type.Array(RoleName),
  disabled: Type.Boolean(),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type ServiceAccount = Static<typeof ServiceAccount>;
export const CreateServiceAccount = Type.Object(
  {
    username: Username,
    description: Type.Optional(text(200)),
    roles: Type.Array(RoleName, { minItems: 1, maxItems: 8, uniqueItems: true }),
  },
  { additionalProperties: false },
);
export const UpdateServiceAccount = Type.Object(
  { description: Type.Optional(text(200)), disabled: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, minProperties: 1 },
);

export const ClientSecret = Type.Object({
  id: Uuid,
  client_id: Uuid,
  secret_prefix: Type.String({ description: 'First 8 characters of the secret' }),
  description: Type.String(),
  scopes: nullable(Type.Array(ScopeName)),
  allowed_addresses: nullable(Type.Array(Type.String())),
  created_at: Timestamp,
  expires_at: nullable(Timestamp),
  last_used_at: nullable(Timestamp),
  revoked_at: nullable(Timestamp),
});
export type ClientSecret = Static<typeof ClientSecret>;
export const CreateClientSecret = Type.Object(
  {
    description: Type.Optional(text(200)),
    scopes: Type.Optional(WantedScopes),
    allowed_addresses: Type.Optional(AllowedAddresses),
    expires_in_hours: Type.Optional(Hours('a year')),
  },
  { additionalProperties: false },
);
export const RotateClientSecret = Type.Object(
  {
    overlap_hours: Type.Optional(
      Type.Number({ minimum: 0, maximum: 720, description: 'How long the old secret still works; 24' }),
    ),
  },
  { additionalProperties: false },
);
/** The only answer that carries the secret itself. */
export const CreatedClientSecret = Type.Object({
  ...ClientSecret.properties,
  client_secret: Type.String({ description: '86 characters, shown once' }),
});
export type CreatedClientSecret = Static<typeof CreatedClientSecret>;

export const AccountCertificate = Type.Object({
  id: Uuid,
  match: Type.Enum(['fingerprint', 'san_uri', 'san_dns']),
  value: Type.String(),
  description: Type.String(),
  created_at: Timestamp,
});
export type AccountCertificate = Static<typeof AccountCertificate>;
export const RegisterCertificate = Type.Object(
  {
    match: Type.Enum(['fingerprint', 'san_uri', 'san_dns']),
    value: Type.String({
      minLength: 1,
      maxLength: 512,
      pattern: '^[\\x21-\\x7E]+$',
      description:
        'SHA-256 of the certificate (hex, colons allowed), or exactly one of its URI or DNS alternative names',
    }),
    description: Type.Optional(text(200)),
  },
  { additionalProperties: false },
);

/** RFC 6749, section 4.4.2, and RFC 8628, section 3.4; fields that they do not know are ignored, as they want. */
export const ClientCredentialsRequest = Type.Object({
  grant_type: Type.String({ maxLength: 128 }),
  scope: Type.Optional(Type.String({ maxLength: 2048 })),
  client_id: Type.Optional(Type.String({ maxLength: 256 })),
  client_secret: Type.Optional(Type.String({ maxLength: 256 })),
  device_code: Type.Optional(Type.String({ maxLength: 256 })),
});
/** RFC 6749, section 5.1. */
export const ClientToken = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'Seconds' }),
  scope: Type.String({ description: 'Scopes, separated by spaces' }),
  refresh_token: Type.Optional(
    Type.String({ description: 'For logins of people; new tokens at POST /auth/refresh' }),
  ),
});
/** RFC 7662, section 2.1. */
export const IntrospectionRequest = Type.Object({
  token: Type.String({ minLength: 1, maxLength: 4096 }),
  token_type_hint: Type.Optional(Type.String({ maxLength: 128 })),
});
/** RFC 7662, section 2.2; of a token that is not active nothing else is said. */
export const Introspection = Type.Object({
  active: Type.Boolean(),
  scope: Type.Optional(Type.String()),
  client_id: Type.Optional(Type.String()),
  username: Type.Optional(Type.String()),
  token_type: Type.Optional(Type.Literal('Bearer')),
  exp: Type.Optional(Type.Integer({ description: 'Seconds since the epoch' })),
  sub: Type.Optional(Type.String()),
  jti: Type.Optional(Type.String()),
});
export type Introspection = Static<typeof Introspection>;
/** RFC 7009, section 2.1. */
export const RevocationRequest = Type.Object({
  token: Type.String({ minLength: 1, maxLength: 4096 }),
  token_type_hint: Type.Optional(Type.String({ maxLength: 128 })),
  client_id: Type.Optional(Type.String({ maxLength: 256 })),
  client_secret: Type.Optional(Type.String({ maxLength: 256 })),
});
/** RFC 6749, section 5.2. */
export const OAuthError = Type.Object({
  error: Type.String(),
  error_description: Type.Optional(Type.String()),
});

export const AuditEntry = Type.Object({
  id: Uuid,
  writer_id: Uuid,
  sequence: Type.Integer(),
  occurred_at: Timestamp,
  correlation_id: Type.String(),
  principal_id: Type.String(),
  principal_kind: Type.String(),
  principal_name: nullable(Type.String()),
  action: Type.String(),
  resource: Type.String(),
  granted: Type.Boolean(),
  reason: Type.String(),
  ip_address: nullable(Type.String()),
  user_agent: nullable(Type.String()),
  details: Type.Record(Type.String(), Type.Unknown()),
  previous_hash: Type.String(),
  hash: Type.String(),
});
export type AuditEntry = Static<typeof AuditEntry>;
