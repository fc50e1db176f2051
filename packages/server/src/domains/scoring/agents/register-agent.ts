import type { RegisterAgent } from '@gpushield/contracts';
import type { Tx } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { defaultAgentScopes, makeOpaqueSecret, putAgentSecret } from '../../../platform/identity/index.ts';
import {
  crossingEvent,
  defaultHysteresis,
  defaultThreshold,
  putSubscription,
} from '../crossings/subscription-store.ts';
import type { ScoringDeps } from '../deps.ts';
import { insertAgent, type NewAgent } from './agent-store.ts';

export interface Registered {
  readonly id: string;
  readonly secret: string;
  readonly webhookSecrets: Readonly<Record<string, string>>;
}

const checkPlaces = async (deps: ScoringDeps, tx: Tx, body: RegisterAgent): Promise<NewAgent['nodeId']> => {
  const { node_id: nodeId, sensor_id: sensorId } = body;
  const refuse = (field: string, message: string): AppError =>
    new AppError('unknown_reference', { detail: `${field} ${message}`, errors: [{ field, message }] });
  if (typeof nodeId === 'string' && (await deps.fleet.findNode(tx, nodeId)) === undefined) {
    throw refuse('/node_id', 'is not a registered node');
  }
  if (typeof sensorId !== 'string') return nodeId ?? null;
  const sensor = await deps.fleet.findSensor(tx, sensorId);
  if (sensor === undefined) throw refuse('/sensor_id', 'is not a registered sensor');
  if (typeof nodeId === 'string' && sensor.node_id !== nodeId) {
    throw refuse('/sensor_id', 'is not a sensor of this node');
  }
  return sensor.node_id;
};

const subscribe = async (
  deps: ScoringDeps,
  tx: Tx,
  body: RegisterAgent,
  agent: { readonly id: string; readonly by: string },
): Promise<Record<string, string>> => {
  const secrets: Record<string, string> = {};
  for (const given of body.webhook_urls ?? []) {
    const { url, threshold = defaultThreshold } = typeof given === 'string' ? { url: given } : given;
    const { id, secret } = await deps.webhooks.create(tx, {
      body: {
        url,
        event_types: [crossingEvent],
        ordered: true,
        description: `Risk of the processes of ${agent.id}`,
      },
      createdBy: agent.by,
    });
    const hysteresis = Math.min(defaultHysteresis, threshold / 2);
    const now = new Date(deps.clock.nowMs());
    await putSubscription(tx, { endpointId: id, agentId: agent.id, threshold, hysteresis }, now);
    secrets[id] = secret;
  }
  return secrets;
};

/** Registers an agent with its secret and webhooks. Errors: `already_exists`, `unknown_reference`, `validation_failed`. */
export const registerAgent = async (
  deps: ScoringDeps,
  tx: Tx,
  body: RegisterAgent,
  by: string,
): Promise<Registered> => {
  const id = body.agent_id ?? `agent-${deps.newId()}`;
  const now = new Date(deps.clock.nowMs());
  const nodeId = await checkPlaces(deps, tx, body);
  const made = await insertAgent(
    tx,
    {
      id,
      name: body.name ?? id,
      description: body.description ?? '',
      source: 'registered',
      format: body.format ?? 'gpushield',
      nodeId,
      sensorId: body.sensor_id ?? null,
      labels: body.labels ?? {},
      registeredBy: by,
    },
    now,
  );
  if (!made) throw new AppError('already_exists', { detail: 'There is an agent of this id' });
  const secret = makeOpaqueSecret(deps.randomBytes);
  await putAgentSecret(tx, deps.sealer, {
    id: deps.newId(),
    agentId: id,
    secret,
    scopes: defaultAgentScopes,
    at: now,
    othersUntil: now,
  });
  return { id, secret, webhookSecrets: await subscribe(deps, tx, body, { id, by }) };
};
