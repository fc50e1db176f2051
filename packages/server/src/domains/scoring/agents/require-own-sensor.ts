import type { RegisterAgent } from '@gpushield/contracts';
import type { Tx } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import type { RequestContext } from '../../../platform/http/route.ts';
import type { ScoringDeps } from '../deps.ts';

const refuse = (detail: string): AppError => new AppError('not_owner', { detail });

/** Ends an agent's id, so that a sensor takes no other name than its own. */
const suffixOf = (sensorId: string): string => `.${sensorId.slice(-8)}`;

/**
 * What a sensor's key may register: the agent that this sensor is, under an id that says so, and nothing that reaches
 * further (webhooks, another tool's format). Errors: `not_owner`.
 */
export const requireOwnSensor = async (
  deps: Pick<ScoringDeps, 'fleet'>,
  tx: Tx,
  body: RegisterAgent,
  ctx: Pick<RequestContext, 'authorize'>,
): Promise<void> => {
  const { sensor_id: sensorId, agent_id: agentId } = body;
  if (typeof sensorId !== 'string') throw refuse('A sensor registers itself: sensor_id is required');
  const sensor = await deps.fleet.findSensor(tx, sensorId);
  if (sensor === undefined) throw refuse('sensor_id is no sensor of yours');
  ctx.authorize({ ownerId: sensor.registered_by });
  if (agentId?.endsWith(suffixOf(sensorId)) !== true)
    throw refuse('agent_id must end in a dot and the last 8 characters of sensor_id');
  if ((body.webhook_urls?.length ?? 0) > 0) throw refuse('webhook_urls need the scope agents:write');
  if ((body.format ?? 'gpushield') !== 'gpushield') throw refuse('format needs the scope agents:write');
};
