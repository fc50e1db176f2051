import { sshPublicKeyPattern } from '@gpushield/contracts';
import type { Clock } from '../../platform/clock.ts';
import type { OutboundClient } from '../../platform/outbound/index.ts';

export interface FetchedKeys {
  /** As GitHub last said; undefined where it was never heard: that somebody has none must not be concluded from that. */
  readonly keys: readonly string[] | undefined;
  /** Why there are none, or none newer, for people. */
  readonly problem: string | undefined;
}

export interface GithubKeys {
  of(username: string): Promise<FetchedKeys>;
}

const keepMs = 10 * 60_000;
const keepProblemMs = 30_000;
const maxBytes = 256 * 1024;
const maxKeys = 100;
const maxCached = 10_000;
const keyForm = new RegExp(sshPublicKeyPattern, 'u');

/** Public keys that GitHub publishes for a user, of every type (ed25519, RSA, ECDSA, sk-), kept for ten minutes. */
export const createGithubKeys = (deps: {
  readonly outbound: Pick<OutboundClient, 'request'>;
  readonly clock: Clock;
  /** Where `<user>.keys` is; https://github.com unless tests say otherwise. */
  readonly baseUrl: string;
  readonly allowPrivate: readonly string[];
}): GithubKeys => {
  const cache = new Map<string, { readonly untilMs: number; readonly value: FetchedKeys }>();
  const url = new URL(deps.baseUrl);
  const policy = {
    name: 'github-keys',
    allowPrivate: deps.allowPrivate,
    allowHttp: url.protocol === 'http:',
    ports: [Number(url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : url.port)],
  };
  const ask = async (username: string): Promise<FetchedKeys> => {
    try {
      const answer = await deps.outbound.request(policy, {
        method: 'GET',
        url: `${deps.baseUrl}/${encodeURIComponent(username)}.keys`,
        timeoutMs: 5_000,
        maxResponseBytes: maxBytes,
      });
      if (answer.status !== 200)
        return { keys: undefined, problem: `GitHub answered ${answer.status} for the keys of ${username}` };
      const keys = answer.body
        .toString('utf8')
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => keyForm.test(line))
        .slice(0, maxKeys);
      return { keys, problem: keys.length === 0 ? `${username} has no public keys at GitHub` : undefined };
    } catch {
      return { keys: undefined, problem: `The keys of ${username} could not be fetched from GitHub` };
    }
  };
  return {
    of: async (username) => {
      const key = username.toLowerCase();
      const nowMs = deps.clock.monotonicMs();
      const known = cache.get(key);
      if (known !== undefined && known.untilMs > nowMs) return known.value;
      const asked = await ask(username);
      const value = { ...asked, keys: asked.keys ?? known?.value.keys };
      if (cache.size >= maxCached) cache.clear();
      const kept = value.problem === undefined ? keepMs : keepProblemMs;
      cache.set(key, { value, untilMs: nowMs + kept });
      return value;
    },
  };
};
