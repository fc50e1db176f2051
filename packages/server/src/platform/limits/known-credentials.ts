import { hash } from 'node:crypto';
import type { Clock } from '../clock.ts';

/** Whose a credential was when it was last accepted; it proves nothing, and spares guesswork about who is asking. */
export interface KnownCredentials {
  remember(authorization: string, principalId: string): void;
  find(authorization: string): string | undefined;
  forget(authorization: string): void;
}

/** Clients behind addresses in trouble; about 200 bytes each. */
const capacity = 50_000;
const keepMs = 600_000;

/** By hash: the credentials themselves are not kept. */
export const createKnownCredentials = (clock: Clock): KnownCredentials => {
  const known = new Map<string, { readonly principalId: string; readonly untilMs: number }>();
  const idOf = (authorization: string): string => hash('sha256', authorization, 'base64url');
  return {
    remember: (authorization, principalId) => {
      const id = idOf(authorization);
      known.delete(id);
      known.set(id, { principalId, untilMs: clock.monotonicMs() + keepMs });
      const oldest = known.keys().next();
      if (known.size > capacity && !oldest.done) known.delete(oldest.value);
    },
    find: (authorization) => {
      if (known.size === 0) return undefined;
      const found = known.get(idOf(authorization));
      return found !== undefined && found.untilMs > clock.monotonicMs() ? found.principalId : undefined;
    },
    forget: (authorization) => {
      if (known.size > 0) known.delete(idOf(authorization));
    },
  };
};
