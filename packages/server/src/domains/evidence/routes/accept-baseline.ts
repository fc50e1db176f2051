import { InventoryState } from '@gpushield/contracts';
import { defineRoute, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import { acceptAll } from '../accept-baseline.ts';
import type { EvidenceDomainDeps } from '../deps.ts';
import { presentInventory } from '../present.ts';
import { SensorParams, knownSensor } from './known-sensor.ts';

export const acceptBaselineRoute = (deps: EvidenceDomainDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/sensors/:id/baseline',
    operationId: 'acceptBaseline',
    summary: 'Make what a sensor saw last the baseline; its own credential may not',
    tag: 'evidence',
    // A node that was broken into holds its sensor's credential: it must not bless itself.
    access: { scope: 'sensors:write', only: 'full' },
    audit: { when: 'before', action: 'baseline.accept', resource: 'sensor:{id}' },
    effect: 'transaction',
    schema: { params: SensorParams, responses: { 200: InventoryState } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const tx = transactionOf(ctx);
      const sensor = await knownSensor(deps.fleet, ctx, params.id);
      return ok(presentInventory(await acceptAll(deps, tx, sensor.id, ctx.principal.name)));
    },
  });
