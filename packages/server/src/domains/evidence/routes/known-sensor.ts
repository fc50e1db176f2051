import { Type } from 'typebox';
import { Uuid } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import type { RequestContext } from '../../../platform/http/route.ts';
import type { EvidenceFleet, FleetSensor } from '../types.ts';

export const SensorParams = Type.Object({ id: Uuid });

/** The sensor that the path names, if the principal may act on it. Throws `not_found` or `not_owner`. */
export const knownSensor = async (
  fleet: EvidenceFleet,
  ctx: RequestContext,
  id: string,
): Promise<FleetSensor> => {
  const sensor = await fleet.findSensor(ctx.db, id);
  if (sensor === undefined) throw new AppError('not_found', { detail: 'There is no sensor with this id' });
  ctx.authorize({ ownerId: sensor.registered_by });
  return sensor;
};
