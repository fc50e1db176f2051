import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Secret } from '../secrets/index.ts';
import { VaultFailure, type AskVault } from './vault-http.ts';

/** How the server signs in: with a token of its own, or as an AppRole. */
export type VaultSignIn =
  | { readonly kind: 'token'; readonly token: Secret }
  | { readonly kind: 'approle'; readonly roleId: string; readonly secretId: Secret };

/** The token to ask with, kept alive. */
export interface VaultToken {
  /** Signs in where that is due. Errors: `VaultFailure`. */
  get(): Promise<string>;
  /** The token was refused: an AppRole signs in anew at the next `get`. Answers whether that may help. */
  refused(token: string): boolean;
  stop(): void;
}

interface Held {
  readonly token: string;
  /** Undefined: it never ends. */
  readonly endsMs: number | undefined;
}

/** Renewed when this share of its lease is over; tried again this often while Vault is away. */
const renewAt = 2 / 3;
const retryMs = 5000;
const longestWaitMs = 24 * 3_600_000;

interface Lease {
  readonly seconds: number;
  readonly renewable: boolean;
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const leaseOf = (fields: Readonly<Record<string, unknown>>, seconds: unknown): Lease => ({
  seconds: typeof seconds === 'number' && seconds > 0 ? seconds : 0,
  renewable: fields['renewable'] === true,
});

interface Deps {
  readonly ask: AskVault;
  readonly signIn: VaultSignIn;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Signs in: the token, and how long it is good. */
const enter = async ({ ask, signIn }: Deps): Promise<{ readonly token: string; readonly lease: Lease }> => {
  if (signIn.kind === 'token') {
    const token = signIn.token.reveal();
    const about = await ask({ method: 'GET', path: 'auth/token/lookup-self', token }).catch(
      (error: unknown) => {
        // A token need not be allowed to look at itself: then it is taken as it is, for as long as it works.
        if (error instanceof VaultFailure && error.kind === 'denied') return {};
        throw error;
      },
    );
    const data = fieldsOf(fieldsOf(about)['data']);
    return { token, lease: leaseOf(data, data['ttl']) };
  }
  const body = { role_id: signIn.roleId, secret_id: signIn.secretId.reveal() };
  const auth = fieldsOf((await ask({ method: 'POST', path: 'auth/approle/login', body }))['auth']);
  const token = auth['client_token'];
  if (typeof token !== 'string' || token === '') throw new VaultFailure('garbled', 'Vault gave no token');
  return { token, lease: leaseOf(auth, auth['lease_duration']) };
};

/** Keeps one token good: renews it before its lease ends, and signs in anew where it cannot be renewed. */
export const createVaultToken = (deps: Deps): VaultToken => {
  const { ask, signIn, clock, log } = deps;
  let held: Held | undefined;
  let entering: Promise<string> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const hold = (token: string, lease: Lease): void => {
    if (stopped) return;
    clearTimeout(timer);
    const endsMs = lease.seconds === 0 ? undefined : clock.monotonicMs() + lease.seconds * 1000;
    held = { token, endsMs };
    if (endsMs === undefined || !lease.renewable) return;
    later(Math.min(longestWaitMs, lease.seconds * 1000 * renewAt), token);
  };
  const later = (waitMs: number, token: string): void => {
    timer = setTimeout(() => void renew(token), waitMs);
    timer.unref();
  };
  const renew = async (token: string): Promise<void> => {
    if (held?.token !== token) return;
    try {
      const auth = fieldsOf(
        (await ask({ method: 'POST', path: 'auth/token/renew-self', token, body: {} }))['auth'],
      );
      hold(token, leaseOf(auth, auth['lease_duration']));
    } catch (err) {
      const away = err instanceof VaultFailure && err.kind === 'away';
      log.warn({ err }, 'the token for Vault could not be renewed');
      if (away && !stopped) later(retryMs, token);
    }
  };
  const enterAnew = async (): Promise<string> => {
    const { token, lease } = await enter(deps);
    hold(token, lease);
    return token;
  };

  return {
    get: async () => {
      if (held !== undefined && (held.endsMs === undefined || clock.monotonicMs() < held.endsMs))
        return held.token;
      entering ??= enterAnew().finally(() => {
        entering = undefined;
      });
      return entering;
    },
    refused: (token) => {
      if (signIn.kind === 'token') return false;
      if (held?.token === token) held = undefined;
      return true;
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
