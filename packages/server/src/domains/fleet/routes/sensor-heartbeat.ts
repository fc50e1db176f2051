import { Heartbeat, HeartbeatAnswer } from '@gpushield/contracts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { recordHeartbeat } from '../record-heartbeat.ts';
import { needsConfiguration } from '../sensor-status.ts';
import { findSensor } from '../sensor-store.ts';
import { IdParams, notFound } from './shared.ts';

export const sensorHeartbeat = () =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/sensors/:id/heartbeat',
    operationId: 'sensorHeartbeat',
    summary:
      'Say that a sensor lives; answers its configuration when the reported version is not the current one',
    tag: 'Sensors',
    access: { scope: 'sensors:write' },
    audit: { when: 'before', action: 'sensor.heartbeat', resource: 'sensor:{id}' },
    // One statement, and repeating it is harmless: no transaction and no idempotency key are needed.
    effect: 'own',
    schema: { params: IdParams, body: Heartbeat, responses: { 200: HeartbeatAnswer } },
    errors: ['not_found'],
    handler: async ({ params: { id }, body }, ctx) => {
      const beat = await recordHeartbeat(ctx.db, id, ctx.ownOnly ? ctx.principal.id : null, body);
      if (beat === undefined) {
        const sensor = await findSensor(ctx.db, id);
        if (sensor !== undefined) ctx.authorize({ ownerId: sensor.registered_by });
        throw notFound('sensor', id);
      }
      const answer = {
        received_at: beat.last_heartbeat_at.toISOString(),
        configuration_version: beat.configuration_version,
      };
      return ok(
        needsConfiguration(body.configuration_version, beat.configuration_version)
          ? { ...answer, configuration: beat.configuration }
          : answer,
      );
    },
  });
