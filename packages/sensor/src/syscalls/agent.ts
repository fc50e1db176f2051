import { join } from 'node:path';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { ApiClient, ApiResult } from '../client.ts';
import type { Clock } from '../clock.ts';
import type { Identity } from '../identity.ts';
import { readJsonFile, writeJsonFile } from '../state-file.ts';

const Kept = Type.Object({
  url: Type.String(),
  sensor_id: Type.String(),
  agent_id: Type.String(),
  secret: Type.String(),
});
/** Who this sensor is as an agent. Without a secret it sends with its API key, in the name of the agent. */
export interface SensorAgent {
  readonly id: string;
  readonly secret: string | undefined;
}
const Told = Type.Object({ secret: Type.String({ minLength: 1 }) });

/** How long the API key sends before a secret is asked for again. */
const withoutSecretMs = 600_000;
/** Names of agents are shorter than names of nodes and hold fewer characters. */
const maxNameLength = 80;
/** Readable, and the same for the same sensor: two nodes of one name stay apart. */
export const agentIdOf = (nodeName: string, sensorId: string): string => {
  const name = nodeName.replace(/[^A-Za-z0-9._:-]+/g, '-').slice(0, maxNameLength);
  return `${/^[A-Za-z0-9]/.test(name) ? name : `node-${name}`}.${sensorId.slice(-8)}`;
};

type Ready =
  | { readonly kind: 'ready'; readonly agent: SensorAgent }
  | { readonly kind: 'failed'; readonly result: Exclude<ApiResult, { kind: 'ok' }> };

interface Registrar {
  readonly client: ApiClient;
  readonly nodeName: string;
  readonly uuid: () => string;
}

const ask = (
  { client, nodeName, uuid }: Registrar,
  id: string,
  { node_id, sensor_id }: Identity,
  signal: AbortSignal,
): Promise<ApiResult> =>
  client({
    method: 'POST',
    path: '/api/v1/agents',
    body: {
      agent_id: id,
      name: nodeName,
      node_id,
      sensor_id,
      description: 'Syscalls of this node, seen by its sensor',
    },
    idempotencyKey: uuid(),
    signal,
  });

const replaceSecret = ({ client, uuid }: Registrar, id: string, signal: AbortSignal): Promise<ApiResult> =>
  client({
    method: 'POST',
    path: `/api/v1/agents/${encodeURIComponent(id)}/rotate-secret`,
    body: { overlap_seconds: 60 },
    idempotencyKey: uuid(),
    signal,
  });

/** Registers, or takes a new secret where that was done before. */
const register = async (registrar: Registrar, identity: Identity, signal: AbortSignal): Promise<Ready> => {
  const id = agentIdOf(registrar.nodeName, identity.sensor_id);
  let answer = await ask(registrar, id, identity, signal);
  if (answer.kind === 'refused' && answer.code === 'already_exists')
    answer = await replaceSecret(registrar, id, signal);
  // A key without the scope is no reason to keep evidence back.
  if (answer.kind === 'denied') return { kind: 'ready', agent: { id, secret: undefined } };
  if (answer.kind !== 'ok') return { kind: 'failed', result: answer };
  if (Value.Check(Told, answer.body)) return { kind: 'ready', agent: { id, secret: answer.body.secret } };
  const reason = 'the registration of the agent has an unknown form';
  return { kind: 'failed', result: { kind: 'retry', reason, retryAfterMs: 0 } };
};

/** Mode 0600, as all of the state. */
const createAgentFile = (stateDir: string, url: string) => {
  const path = join(stateDir, 'agent.json');
  const load = async (sensorId: string): Promise<SensorAgent | undefined> => {
    const kept: unknown = await readJsonFile(path);
    if (!Value.Check(Kept, kept) || kept.url !== url || kept.sensor_id !== sensorId) return undefined;
    return { id: kept.agent_id, secret: kept.secret };
  };

  const save = async (sensorId: string, { id, secret }: SensorAgent): Promise<void> => {
    if (secret === undefined) return;
    const kept: Static<typeof Kept> = { url, sensor_id: sensorId, agent_id: id, secret };
    await writeJsonFile(path, kept, { sync: true });
  };
  return { load, save };
};

/**
 * The sensor's registration as an agent: one secret, in a file of mode 0600 in the state directory. A secret that was lost
 * or is refused is replaced. A key that may not register (made before `agents:write:own` was there) still sends.
 */
export const createSensorAgent = ({
  stateDir,
  url,
  nodeName,
  client,
  clock,
  uuid,
}: {
  readonly stateDir: string;
  readonly url: string;
  readonly nodeName: string;
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly uuid: () => string;
}) => {
  const { load, save } = createAgentFile(stateDir, url);
  let current: (SensorAgent & { readonly sensorId: string; readonly untilMs: number }) | undefined;
  let mustReplace = false;
  let replacedAtMs = Number.NEGATIVE_INFINITY;

  return {
    /** Registers where that was not done yet. Rejects when the state directory cannot be written. */
    ready: async (identity: Identity, signal: AbortSignal): Promise<Ready> => {
      const { sensor_id: sensorId } = identity;
      const nowMs = clock.monotonicMs();
      if (current?.sensorId === sensorId && nowMs < current.untilMs) return { kind: 'ready', agent: current };
      const kept = mustReplace ? undefined : await load(sensorId);
      const found: Ready =
        kept === undefined
          ? await register({ client, nodeName, uuid }, identity, signal)
          : { kind: 'ready', agent: kept };
      if (found.kind === 'failed') return found;
      if (kept === undefined) {
        replacedAtMs = nowMs;
        await save(sensorId, found.agent);
      }
      mustReplace = false;
      const untilMs = found.agent.secret === undefined ? nowMs + withoutSecretMs : Number.POSITIVE_INFINITY;
      current = { ...found.agent, sensorId, untilMs };
      return found;
    },
    /**
     * The signature was refused: the next `ready` asks for another secret. Where a new one is refused too (a clock that is
     * far off), the API key sends for a while.
     */
    refused: (): void => {
      if (current === undefined) return;
      mustReplace = true;
      const nowMs = clock.monotonicMs();
      const isNew = nowMs - replacedAtMs < withoutSecretMs;
      current = { ...current, secret: undefined, untilMs: isNew ? nowMs + withoutSecretMs : nowMs };
    },
  };
};
export type SensorAgentFile = ReturnType<typeof createSensorAgent>;
