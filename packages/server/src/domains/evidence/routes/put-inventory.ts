import { Inventory, InventoryAnswer } from '@gpushield/contracts';
import { defineRoute, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import type { EvidenceDomainDeps } from '../deps.ts';
import { reportInventory } from '../report-inventory.ts';
import { SensorParams, knownSensor } from './known-sensor.ts';

/** 2,000 modules and 10,000 files with paths of some 300 bytes, with room to spare. */
const bodyLimitBytes = 8 * 1024 * 1024;

export const putInventoryRoute = (deps: EvidenceDomainDeps): Route =>
  defineRoute({
    method: 'PUT',
    path: '/api/v1/sensors/:id/inventory',
    operationId: 'reportInventory',
    summary: 'Report what a sensor sees of its host, whole; the first report is the baseline',
    tag: 'evidence',
    access: { scope: 'sensors:write' },
    audit: { when: 'before', action: 'inventory.report', resource: 'sensor:{id}' },
    effect: 'transaction',
    bodyLimitBytes,
    schema: { params: SensorParams, body: Inventory, responses: { 200: InventoryAnswer } },
    errors: ['not_found'],
    handler: async ({ params, body }, ctx) => {
      const tx = transactionOf(ctx);
      const sensor = await knownSensor(deps.fleet, ctx, params.id);
      const node = await deps.fleet.findNode(tx, sensor.node_id);
      if (node === undefined) throw new Error('A registered sensor has no node');
      return ok(await reportInventory(deps, tx, { sensor, node, inventory: body, by: ctx.principal.name }));
    },
  });
