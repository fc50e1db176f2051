import { PageQuery, Sensor, Uuid, pageOf } from '@gpushield/contracts';
import { Type } from 'typebox';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { listSensors as selectSensors, presentSensor } from '../sensor-store.ts';
import { newestFirst } from '../sql.ts';
import type { ListDeps } from './shared.ts';

const query = Type.Object({
  node_id: Type.Optional(Uuid),
  status: Type.Optional(Sensor.properties.status),
  ...PageQuery,
});

export const listSensors = ({ cursors }: ListDeps) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/sensors',
    operationId: 'listSensors',
    summary: 'List sensors, newest first; a credential with sensors:read:own sees its own',
    tag: 'Sensors',
    access: { scope: 'sensors:read' },
    audit: { when: 'with', action: 'sensor.list', resource: 'sensors' },
    effect: 'read',
    schema: { query, responses: { 200: pageOf(Sensor) } },
    errors: ['invalid_cursor'],
    handler: async ({ query: request }, ctx) => {
      const filters = ctx.ownOnly ? { ...request, registeredBy: ctx.principal.id } : request;
      return ok(
        await paginate({
          codec: cursors,
          list: 'sensors',
          request,
          filters,
          fetch: (limit, after) => selectSensors(ctx.db, filters, limit, after),
          position: newestFirst,
          present: presentSensor,
        }),
      );
    },
  });
