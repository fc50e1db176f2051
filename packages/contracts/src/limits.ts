import { Type, type Static } from 'typebox';
import { Timestamp } from './common.ts';

/** A client that kept exceeding a limit and is turned away for a while. */
export const LimitBlock = Type.Object({
  key: Type.String({ description: 'address:<IPv4 or IPv6 /64> or principal:<id>' }),
  kind: Type.Enum(['address', 'principal']),
  subject: Type.String({ description: 'The address or network, or the id of the principal' }),
  reason: Type.String({ description: 'The limit that it exceeded last' }),
  blocked_at: Timestamp,
  blocked_until: Timestamp,
});
export type LimitBlock = Static<typeof LimitBlock>;
