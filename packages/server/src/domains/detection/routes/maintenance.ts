import {
  CreateDetectionMaintenance,
  DetectionMaintenance,
  PageQuery,
  Uuid,
  maxMaintenanceSeconds,
  pageOf,
} from '@gpushield/contracts';
import { Type } from 'typebox';
import { AppError } from '../../../platform/errors.ts';
import { paginate } from '../../../platform/http/page.ts';
import { created, defineRoute, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import { refuseField, timeOf } from '../../alerts/index.ts';
import { rulesChannel } from '../rules-cache.ts';
import {
  endMaintenance,
  insertMaintenance,
  listMaintenance,
  maintenancePosition,
  presentMaintenance,
  targetExists,
} from '../switch-store.ts';
import { fleetTarget } from '../switches.ts';
import { targetNotFound, type DetectionRouteDeps } from './shared.ts';

export const createMaintenanceRoute = ({ clock, newId }: DetectionRouteDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/detection/maintenance',
    operationId: 'createDetectionMaintenance',
    summary: 'Announce maintenance: records of its time raise nothing',
    tag: 'Detection',
    access: { scope: 'detection:write' },
    audit: { when: 'before', action: 'detection.create_maintenance', resource: 'detection' },
    effect: 'transaction',
    schema: { body: CreateDetectionMaintenance, responses: { 201: DetectionMaintenance } },
    errors: ['not_found'],
    handler: async ({ body }, ctx) => {
      const tx = transactionOf(ctx);
      const now = new Date(clock.nowMs());
      const startsAt = body.starts_at === undefined ? now : timeOf(body.starts_at, '/starts_at');
      const endsAt = timeOf(body.ends_at, '/ends_at');
      if (endsAt <= startsAt) throw refuseField('/ends_at', 'must be after starts_at');
      if (endsAt.getTime() - startsAt.getTime() > maxMaintenanceSeconds * 1000)
        throw refuseField('/ends_at', 'is more than 90 days after starts_at');
      const { target } = body;
      if ((target === 'fleet') !== (body.target_id === undefined))
        throw refuseField('/target_id', 'names a node or a GPU, and is left out for the fleet');
      const targetId = body.target_id ?? fleetTarget;
      if (!(await targetExists(tx, target, targetId))) throw targetNotFound(target, targetId);
      const row = {
        id: newId(),
        target_kind: target,
        target_id: targetId,
        reason: body.reason,
        starts_at: startsAt,
        ends_at: endsAt,
        created_by: ctx.principal.name,
        created_at: now,
      };
      await insertMaintenance(tx, row);
      await tx.notify(rulesChannel, '');
      return created(presentMaintenance(row));
    },
  });

export const listMaintenanceRoute = ({ cursors }: DetectionRouteDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/detection/maintenance',
    operationId: 'listDetectionMaintenance',
    summary: 'List maintenance windows, newest first',
    tag: 'Detection',
    access: { scope: 'detection:read' },
    audit: { when: 'with', action: 'detection.list_maintenance', resource: 'detection' },
    effect: 'read',
    schema: { query: Type.Object(PageQuery), responses: { 200: pageOf(DetectionMaintenance) } },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) =>
      ok(
        await paginate({
          codec: cursors,
          list: 'detection-maintenance',
          request: query,
          filters: {},
          fetch: (limit, after) => listMaintenance(ctx.db, limit, after),
          position: maintenancePosition,
          present: presentMaintenance,
        }),
      ),
  });

export const endMaintenanceRoute = ({ clock }: DetectionRouteDeps): Route =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/detection/maintenance/:id',
    operationId: 'endDetectionMaintenance',
    summary: 'End a maintenance window now; one that has ended stays as it is',
    tag: 'Detection',
    access: { scope: 'detection:write' },
    audit: { when: 'before', action: 'detection.end_maintenance', resource: 'detection_maintenance:{id}' },
    effect: 'transaction',
    schema: { params: Type.Object({ id: Uuid }), responses: { 200: DetectionMaintenance } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      const tx = transactionOf(ctx);
      const row = await endMaintenance(tx, id, new Date(clock.nowMs()));
      if (row === undefined)
        throw new AppError('not_found', { detail: `There is no maintenance window ${id}` });
      await tx.notify(rulesChannel, '');
      return ok(presentMaintenance(row));
    },
  });
