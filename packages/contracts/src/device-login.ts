import { Type, type Static } from 'typebox';
import { Timestamp } from './common.ts';

/** The grant type of RFC 8628, section 3.4. */
export const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** RFC 8628, section 3.1. `client_id` is a name that the person is shown: programs on devices keep no secret. */
export const DeviceAuthorizationRequest = Type.Object({
  client_id: Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9 ._@-]*$' }),
  scope: Type.Optional(
    Type.String({ maxLength: 2048, description: 'Not looked at: a device signs in as its person, whole' }),
  ),
});
/** RFC 8628, section 3.2. */
export const DeviceAuthorization = Type.Object({
  device_code: Type.String(),
  user_code: Type.String({ description: 'Eight letters, a hyphen in their middle' }),
  verification_uri: Type.String(),
  verification_uri_complete: Type.String(),
  expires_in: Type.Integer({ description: 'Seconds' }),
  interval: Type.Integer({ description: 'Seconds between two questions at POST /oauth/token' }),
});
export type DeviceAuthorization = Static<typeof DeviceAuthorization>;

/** What a person sees of a device that wants to sign in as them. */
export const DeviceLogin = Type.Object({
  user_code: Type.String(),
  client_id: Type.String({ description: 'What the device says that it is' }),
  status: Type.Enum(['pending', 'approved', 'denied', 'used']),
  ip_address: Type.String({ description: 'Where it asked from' }),
  user_agent: Type.Union([Type.String(), Type.Null()]),
  created_at: Timestamp,
  expires_at: Timestamp,
});
export type DeviceLogin = Static<typeof DeviceLogin>;
