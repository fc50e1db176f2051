import {
  DetectionSwitch,
  DetectionTarget,
  PageQuery,
  PutDetectionSwitch,
  Uuid,
  pageOf,
} from '@gpushield/contracts';
import { Type } from 'typebox';
import { AppError } from '../../../platform/errors.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, noContent, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import { rulesChannel } from '../rules-cache.ts';
import {
  deleteSwitch,
  listSwitches,
  presentSwitch,
  putSwitch,
  switchPosition,
  targetExists,
} from '../switch-store.ts';
import { fleetTarget } from '../switches.ts';
import { targetNotFound, type DetectionRouteDeps } from './shared.ts';

const params = Type.Object({ target: DetectionTarget, id: Uuid });

export const listSwitchesRoute = ({ cursors }: DetectionRouteDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/detection/switches',
    operationId: 'listDetectionSwitches',
    summary: 'List what is switched otherwise than by default, newest change first',
    tag: 'Detection',
    access: { scope: 'detection:read' },
    audit: { when: 'with', action: 'detection.list_switches', resource: 'detection' },
    effect: 'read',
    schema: { query: Type.Object(PageQuery), responses: { 200: pageOf(DetectionSwitch) } },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) =>
      ok(
        await paginate({
          codec: cursors,
          list: 'detection-switches',
          request: query,
          filters: {},
          fetch: (limit, after) => listSwitches(ctx.db, limit, after),
          position: switchPosition,
          present: presentSwitch,
        }),
      ),
  });

export const putSwitchRoute = ({ clock, detectors }: DetectionRouteDeps): Route =>
  defineRoute({
    method: 'PUT',
    path: '/api/v1/detection/switches/:target/:id',
    operationId: 'putDetectionSwitch',
    summary: 'Switch detection, or some detectors, off or on for a node, a GPU or (nil UUID) the fleet',
    tag: 'Detection',
    access: { scope: 'detection:write' },
    audit: { when: 'before', action: 'detection.switch', resource: 'detection:{target}:{id}' },
    effect: 'transaction',
    schema: { params, body: PutDetectionSwitch, responses: { 200: DetectionSwitch } },
    errors: ['not_found'],
    handler: async ({ params: { target, id }, body }, ctx) => {
      const tx = transactionOf(ctx);
      if (target === 'fleet' ? id !== fleetTarget : !(await targetExists(tx, target, id)))
        throw targetNotFound(target, id);
      const unknown = (body.detectors_off ?? []).find((name) => !detectors.includes(name));
      if (unknown !== undefined)
        throw new AppError('validation_failed', {
          detail: `There is no detector ${unknown}`,
          errors: [{ field: '/detectors_off', message: `${unknown} is none of ${detectors.join(', ')}` }],
        });
      const row = await putSwitch(tx, {
        target,
        id,
        enabled: body.enabled ?? true,
        detectors_off: body.detectors_off ?? [],
        threshold: body.threshold ?? null,
        changed_by: ctx.principal.name,
        changed_at: new Date(clock.nowMs()),
      });
      if (row === undefined) throw new Error('A switch vanished in the statement that wrote it');
      await tx.notify(rulesChannel, '');
      return ok(presentSwitch(row));
    },
  });

export const deleteSwitchRoute = (): Route =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/detection/switches/:target/:id',
    operationId: 'deleteDetectionSwitch',
    summary: 'Put a node, a GPU or the fleet back to the defaults',
    tag: 'Detection',
    access: { scope: 'detection:write' },
    audit: { when: 'before', action: 'detection.unswitch', resource: 'detection:{target}:{id}' },
    effect: 'transaction',
    schema: { params, responses: { 204: null } },
    errors: ['not_found'],
    handler: async ({ params: { target, id } }, ctx) => {
      const tx = transactionOf(ctx);
      if (!(await deleteSwitch(tx, target, id)))
        throw new AppError('not_found', { detail: `Nothing is switched for ${target} ${id}` });
      await tx.notify(rulesChannel, '');
      return noContent();
    },
  });
