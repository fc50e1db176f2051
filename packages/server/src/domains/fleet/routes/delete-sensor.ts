import { defineRoute, noContent, transactionOf } from '../../../platform/http/route.ts';
import { encodeFleetChange, fleetChannel } from '../channels.ts';
import { deleteSensor as removeSensor, findSensor } from '../sensor-store.ts';
import { IdParams, notFound } from './shared.ts';

export const deleteSensor = () =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/sensors/:id',
    operationId: 'deleteSensor',
    summary: 'Delete a sensor; its telemetry stays until retention',
    tag: 'Sensors',
    access: { scope: 'sensors:write' },
    audit: { when: 'before', action: 'sensor.delete', resource: 'sensor:{id}' },
    effect: 'transaction',
    schema: { params: IdParams, responses: { 204: null } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      const tx = transactionOf(ctx);
      const sensor = await findSensor(tx, id);
      if (sensor === undefined) throw notFound('sensor', id);
      ctx.authorize({ ownerId: sensor.registered_by });
      await removeSensor(tx, id);
      await tx.notify(fleetChannel, encodeFleetChange({ kind: 'sensor', id: sensor.id }));
      return noContent();
    },
  });
