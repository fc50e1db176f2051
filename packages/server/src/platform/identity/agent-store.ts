import type { Scope } from '@gpushield/contracts';
import type { Executor } from '../database/types.ts';
import { createSecret, type SealedColumn } from '../secrets/index.ts';
import type { Sealer } from '../secrets/seal-types.ts';
import type { AgentCredentials } from './agent-verifier.ts';
import { toScopes } from './credential-store.ts';

/** Bound into what is sealed. The id begins with the agent's, so one agent's sealed secret never opens as another's. */
const purposeOf = (id: string): string => `agent-secret:${id}`;

/** Where the secrets stand, for sealing them anew under another key. */
export const sealedAgentSecrets: SealedColumn = {
  table: 'agent_secrets',
  idColumn: 'id',
  column: 'sealed_secret',
  purpose: purposeOf,
};

/** Secrets of one agent at once: the one in use, and those that it takes over from. */
const maxSecretsPerAgent = 8;

interface SecretRow {
  readonly id: string;
  readonly sealed_secret: string;
  readonly scopes: readonly string[];
  readonly expires_at: Date | null;
}

const secretsOfAgent = `
  SELECT id, sealed_secret, scopes, expires_at FROM agent_secrets
   WHERE agent_id = $1 ORDER BY created_at DESC, id DESC LIMIT ${String(maxSecretsPerAgent)}`;

const isGood =
  (now: Date) =>
  ({ expires_at: end }: SecretRow): boolean =>
    end === null || end > now;

/** Undefined when the platform keeps no secret of this agent; without secrets that are good where all of them ended. Errors: `UnsealError`, the database's. */
export const findAgent = async (
  db: Executor,
  sealer: Sealer,
  agentId: string,
  now: Date,
): Promise<AgentCredentials | undefined> => {
  const { rows } = await db.prepared<SecretRow>('agent-secrets', secretsOfAgent, [agentId]);
  const [newest] = rows;
  if (newest === undefined) return undefined;
  return {
    userId: `agent:${agentId}`,
    scopes: toScopes(newest.scopes),
    secrets: rows.filter(isGood(now)).map((row) => ({
      secret: createSecret(sealer.unseal(row.sealed_secret, purposeOf(row.id))),
      expiresAtMs: row.expires_at?.getTime() ?? null,
    })),
  };
};

export interface NewAgentSecret {
  /** A new UUID. */
  readonly id: string;
  readonly agentId: string;
  readonly secret: string;
  readonly scopes: readonly Scope[];
  readonly at: Date;
  /** When the agent's other secrets stop working: now, or later while the new one takes over. */
  readonly othersUntil: Date;
}

/** Gives an agent a secret, sealed, beside or in place of those that it has. Every replica hears of it. */
export const putAgentSecret = async (tx: Executor, sealer: Sealer, agent: NewAgentSecret): Promise<void> => {
  await tx.query(
    `UPDATE agent_secrets SET expires_at = $2
      WHERE agent_id = $1 AND (expires_at IS NULL OR expires_at > $2)`,
    [agent.agentId, agent.othersUntil],
  );
  const id = `${agent.agentId}/${agent.id}`;
  await tx.query(
    `INSERT INTO agent_secrets (id, agent_id, sealed_secret, scopes, created_at) VALUES ($1, $2, $3, $4, $5)`,
    [id, agent.agentId, sealer.seal(agent.secret, purposeOf(id)), agent.scopes, agent.at],
  );
};

/**
 * Ends an agent: what it signs is refused on every replica. A secret that has ended stays, so that a secret of AGENT_KEYS
 * for the same agent, which would be asked where there is none, is refused too.
 */
export const endAgentSecrets = async (
  tx: Executor,
  sealer: Sealer,
  agent: Omit<NewAgentSecret, 'othersUntil' | 'scopes'>,
): Promise<void> => {
  const { at } = agent;
  await putAgentSecret(tx, sealer, { ...agent, scopes: ['events:write:own'], othersUntil: at });
  await tx.query(
    'UPDATE agent_secrets SET expires_at = $2 WHERE agent_id = $1 AND (expires_at IS NULL OR expires_at > $2)',
    [agent.agentId, at],
  );
};
