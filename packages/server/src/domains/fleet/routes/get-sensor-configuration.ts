import { ConfigurationAnswer } from '@gpushield/contracts';
import { Type } from 'typebox';
import { defineRoute, ok, type RequestContext } from '../../../platform/http/route.ts';
import type { ConfigurationWaiters } from '../configuration-waiters.ts';
import { needsConfiguration } from '../sensor-status.ts';
import { findSensor, type SensorRow } from '../sensor-store.ts';
import { IdParams, notFound } from './shared.ts';

export interface GetSensorConfigurationDeps {
  readonly waiters: ConfigurationWaiters;
}

/** Proxies cut quiet connections after a minute or so. */
const maxWaitSeconds = 30;

const query = Type.Object({
  after_version: Type.Optional(Type.Integer({ minimum: 0, description: 'The version that the sensor has' })),
  wait_seconds: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: maxWaitSeconds,
      default: 0,
      description: 'Wait for a version other than after_version',
    }),
  ),
});

const readSensor = async (ctx: RequestContext, id: string): Promise<SensorRow> => {
  const sensor = await findSensor(ctx.db, id);
  if (sensor === undefined) throw notFound('sensor', id);
  ctx.authorize({ ownerId: sensor.registered_by });
  return sensor;
};

export const getSensorConfiguration = ({ waiters }: GetSensorConfigurationDeps) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/sensors/:id/configuration',
    operationId: 'getSensorConfiguration',
    summary: 'Read the configuration of a sensor, or wait until it is another than after_version',
    tag: 'Sensors',
    access: { scope: 'sensors:read' },
    audit: { when: 'with', action: 'sensor.configuration.read', resource: 'sensor:{id}' },
    effect: 'read',
    schema: { params: IdParams, query, responses: { 200: ConfigurationAnswer } },
    errors: ['not_found'],
    handler: async (
      { params: { id }, query: { after_version: after, wait_seconds: waitSeconds = 0 } },
      ctx,
    ) => {
      const waiting = after !== undefined && waitSeconds > 0;
      // Waiting starts before reading, so that a change in between is not slept through.
      const waiter = waiting ? waiters.wait(id.toLowerCase(), waitSeconds * 1000, ctx.signal) : undefined;
      try {
        let sensor = await readSensor(ctx, id);
        if (waiter !== undefined && !needsConfiguration(after, sensor.configuration_version)) {
          await waiter.changed;
          sensor = await readSensor(ctx, id);
        }
        return ok({
          configuration_version: sensor.configuration_version,
          configuration: sensor.configuration,
        });
      } finally {
        waiter?.cancel();
      }
    },
  });
