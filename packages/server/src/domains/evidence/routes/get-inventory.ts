import { InventoryState } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { EvidenceDomainDeps } from '../deps.ts';
import { findInventory } from '../inventory-store.ts';
import { presentInventory } from '../present.ts';
import { SensorParams, knownSensor } from './known-sensor.ts';

export const getInventoryRoute = (deps: EvidenceDomainDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/sensors/:id/inventory',
    operationId: 'getInventory',
    summary: "A sensor's last inventory and how it differs from the baseline",
    tag: 'evidence',
    access: { scope: 'sensors:read' },
    audit: { when: 'with', action: 'inventory.read', resource: 'sensor:{id}' },
    effect: 'read',
    schema: { params: SensorParams, responses: { 200: InventoryState } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const sensor = await knownSensor(deps.fleet, ctx, params.id);
      const record = await findInventory(ctx.db, sensor.id);
      if (record === undefined) {
        throw new AppError('not_found', { detail: 'This sensor has not reported an inventory yet' });
      }
      return ok(presentInventory(record));
    },
  });
