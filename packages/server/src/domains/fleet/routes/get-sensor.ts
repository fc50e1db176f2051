import { Sensor } from '@gpushield/contracts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { findSensor, presentSensor } from '../sensor-store.ts';
import { IdParams, notFound } from './shared.ts';

export const getSensor = () =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/sensors/:id',
    operationId: 'getSensor',
    summary: 'Read a sensor',
    tag: 'Sensors',
    access: { scope: 'sensors:read' },
    audit: { when: 'with', action: 'sensor.read', resource: 'sensor:{id}' },
    effect: 'read',
    schema: { params: IdParams, responses: { 200: Sensor } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      const sensor = await findSensor(ctx.db, id);
      if (sensor === undefined) throw notFound('sensor', id);
      ctx.authorize({ ownerId: sensor.registered_by });
      return ok(presentSensor(sensor));
    },
  });
