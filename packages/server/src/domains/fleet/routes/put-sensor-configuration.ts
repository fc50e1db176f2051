import { ConfigurationAnswer, SensorConfiguration } from '@gpushield/contracts';
import { defineRoute, ok, transactionOf } from '../../../platform/http/route.ts';
import { sensorConfigurationChannel } from '../channels.ts';
import { replaceConfiguration } from '../sensor-store.ts';
import { IdParams, notFound } from './shared.ts';

export const putSensorConfiguration = () =>
  defineRoute({
    method: 'PUT',
    path: '/api/v1/sensors/:id/configuration',
    operationId: 'putSensorConfiguration',
    summary: 'Replace the configuration of a sensor; it is pushed to the sensor',
    tag: 'Sensors',
    // Whoever took over a node must not be able to tell its own sensor to look away.
    access: { scope: 'sensors:write', only: 'full' },
    audit: { when: 'before', action: 'sensor.configure', resource: 'sensor:{id}' },
    effect: 'transaction',
    schema: { params: IdParams, body: SensorConfiguration, responses: { 200: ConfigurationAnswer } },
    errors: ['not_found'],
    handler: async ({ params: { id }, body }, ctx) => {
      const tx = transactionOf(ctx);
      const version = await replaceConfiguration(tx, id, body);
      if (version === undefined) throw notFound('sensor', id);
      await tx.notify(sensorConfigurationChannel, id.toLowerCase());
      return ok({ configuration_version: version, configuration: body });
    },
  });
