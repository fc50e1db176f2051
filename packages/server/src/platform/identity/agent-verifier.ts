import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Scope } from '@gpushield/contracts';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Secret } from '../secrets/index.ts';
import type { Principal, SignedRequest } from './principal.ts';
import { createReplayCache } from './replay-cache.ts';

/** What the platform keeps of one agent: its secrets, two while one takes over from the other. */
export interface AgentCredentials {
  /** `agent:<id>`: what caches call the owner of a credential. */
  readonly userId: string;
  readonly secrets: readonly { readonly secret: Secret; readonly expiresAtMs: number | null }[];
  readonly scopes: readonly Scope[];
}

export interface AgentVerifierOptions {
  readonly clock: Clock;
  /** Agents that the platform keeps; they go before `configured`. */
  readonly find?: ((agentId: string) => Promise<AgentCredentials | undefined>) | undefined;
  /** AGENT_KEYS. */
  readonly configured: Readonly<Record<string, Secret>>;
  /** HMAC_SECRET_KEY: for agents without a secret of their own, which it cannot tell apart. */
  readonly shared?: Secret | undefined;
  /** True: the plain form, which can be replayed, is refused. */
  readonly requireTimestamp: boolean;
  /** What agents of `configured` and `shared` may do. */
  readonly scopes: readonly Scope[];
}

export interface AgentVerifier {
  /** Errors: `invalid_signature` (401), `overloaded`. */
  verify(request: SignedRequest): Promise<Principal>;
}

/** Unix seconds by which a timestamp may differ from our clock, either way (standards.md). */
export const maxSkewSeconds = 300;

/** What an agent of AGENT_KEYS may do: report, in its own name. */
export const defaultAgentScopes: readonly Scope[] = ['events:write:own', 'telemetry:write:own'];

const agentIdPattern = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;
// 32 bytes in base64.
const signaturePattern = /^[A-Za-z0-9+/]{43}=$/;
const timestampPattern = /^\d{1,12}$/;

const refused = (detail: string): AppError => new AppError('invalid_signature', { detail });

const hmacOf = (secret: Secret, { timestamp, body }: SignedRequest): Buffer => {
  const hmac = createHmac('sha256', secret.revealBytes());
  if (timestamp !== undefined) hmac.update(`${timestamp}.`);
  return hmac.update(body).digest();
};

const matches = (secrets: readonly Secret[], request: SignedRequest, signature: Buffer): boolean => {
  // All of them are tried, and one for nobody: time says neither which matched nor that there was none.
  let matched = false;
  for (const secret of secrets) matched = timingSafeEqual(hmacOf(secret, request), signature) || matched;
  if (secrets.length === 0) createHmac('sha256', 'nobody').update(request.body).digest();
  return matched;
};

/** The signature's bytes, where the headers are what they must be. Errors: `invalid_signature`. */
const readSignature = (request: SignedRequest, requireTimestamp: boolean): Buffer => {
  const { agentId, signature, timestamp } = request;
  if (!agentIdPattern.test(agentId)) throw refused('X-Agent-ID is not an agent id');
  if (signature === undefined || !signaturePattern.test(signature)) {
    throw refused('X-Agent-Signature is not the base64 of an HMAC-SHA256');
  }
  if (timestamp !== undefined && !timestampPattern.test(timestamp)) {
    throw refused('X-Agent-Timestamp is not in Unix seconds');
  }
  if (timestamp === undefined && requireTimestamp) throw refused('This server requires X-Agent-Timestamp');
  return Buffer.from(signature, 'base64');
};

interface Known {
  readonly secrets: readonly Secret[];
  readonly scopes: readonly Scope[];
}

/**
 * Verifies `X-Agent-Signature`: base64(HMAC-SHA256(secret, body)), or over `timestamp.body` where `X-Agent-Timestamp`
 * is sent. In this order: the signature in constant time, then the clock, then whether it was used before. An unknown
 * agent and a wrong signature cost and look the same.
 */
export const createAgentVerifier = (options: AgentVerifierOptions): AgentVerifier => {
  const { clock, configured, shared, requireTimestamp } = options;
  const used = createReplayCache(clock);

  const knownOf = async (agentId: string): Promise<Known> => {
    const kept = await options.find?.(agentId);
    if (kept !== undefined) {
      const nowMs = clock.nowMs();
      const good = kept.secrets.filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > nowMs);
      return { secrets: good.map(({ secret }) => secret), scopes: kept.scopes };
    }
    const own = Object.hasOwn(configured, agentId) ? configured[agentId] : undefined;
    const secret = own ?? shared;
    return { secrets: secret === undefined ? [] : [secret], scopes: options.scopes };
  };

  const requireFresh = (request: SignedRequest, agentId: string): void => {
    const { timestamp } = request;
    if (timestamp === undefined) return;
    const atMs = Number(timestamp) * 1000;
    const skewMs = Math.abs(clock.nowMs() - atMs);
    if (skewMs > maxSkewSeconds * 1000) {
      throw refused(`X-Agent-Timestamp is more than ${String(maxSkewSeconds)} s from the server's clock`);
    }
    const untilMs = atMs + maxSkewSeconds * 1000 + 1;
    if (!used.firstSeen(`${agentId}\n${request.signature ?? ''}`, untilMs)) {
      throw refused('This signature was used before: sign each request anew');
    }
  };

  return {
    verify: async (request) => {
      const { agentId } = request;
      const signature = readSignature(request, requireTimestamp);
      const { secrets, scopes } = await knownOf(agentId);
      if (!matches(secrets, request, signature)) {
        throw refused('The signature does not match');
      }
      requireFresh(request, agentId);
      const id = `agent:${agentId}`;
      return {
        id,
        kind: 'agent',
        name: agentId,
        roles: [],
        scopes: new Set(scopes),
        credentialId: id,
        credentialExpiresAtMs: null,
      };
    },
  };
};
