import { Timestamp, Uuid, nullable } from '@gpushield/contracts';
import { Type, type Static } from 'typebox';

export const IdParams = Type.Object({ id: Uuid });

/** One login of one's own. */
export const Session = Type.Object({
  id: Uuid,
  current: Type.Boolean({ description: 'The session that asks' }),
  ip_address: nullable(Type.String()),
  user_agent: nullable(Type.String()),
  created_at: Timestamp,
  refreshed_at: Timestamp,
  expires_at: Timestamp,
});
export type Session = Static<typeof Session>;

export const SecretParams = Type.Object({ id: Uuid, secret_id: Uuid });
export const CertificateParams = Type.Object({ id: Uuid, certificate_id: Uuid });
export const SessionParams = Type.Object({ id: Uuid, session_id: Uuid });
