import type { Database, Subscription } from '../database/types.ts';

/** The channel of the triggers of migrations 0010 and 0110. */
export const credentialsChannel = 'gpushield_credentials';

const kinds = ['key', 'session', 'user', 'token', 'certificate', 'agent'] as const;

/** What changed: a key by the hex of its hash, everything else by id. */
export interface CredentialChange {
  readonly kind: (typeof kinds)[number];
  readonly id: string;
}

/** Reads a notification; undefined for one that this version does not know. */
export const parseCredentialChange = (payload: string): CredentialChange | undefined => {
  // An agent's id may hold colons.
  const colon = payload.indexOf(':');
  const kind = kinds.find((known) => known === payload.slice(0, colon));
  return kind === undefined ? undefined : { kind, id: payload.slice(colon + 1) };
};

export interface CredentialChangeHandlers {
  onChange(change: CredentialChange): void;
  /** Everything known before is in doubt; `trusted` says whether changes are heard of from now on. */
  onDoubt(trusted: boolean): void;
}

/**
 * Hears of revocations made by any replica, within the time that a notification takes (a few milliseconds). When the
 * listening connection is lost, caches are put in doubt at once. A connection that died silently is noticed by the
 * listener's ping (platform/database/listener.ts): that is the one case in which a revocation may take up to 8 s.
 */
export const watchCredentialChanges = (
  db: Pick<Database, 'listen'>,
  handlers: CredentialChangeHandlers,
): Promise<Subscription> =>
  db.listen(credentialsChannel, {
    onNotification: (payload) => {
      const change = parseCredentialChange(payload);
      // Something changed that an older replica cannot name: forget everything rather than trust what may be wrong.
      if (change === undefined) handlers.onDoubt(true);
      else handlers.onChange(change);
    },
    onConnection: (connected) => handlers.onDoubt(connected),
  });
