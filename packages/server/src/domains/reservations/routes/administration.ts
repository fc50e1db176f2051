import {
  Group,
  GroupList,
  GroupMembers,
  GpuTypeEntry,
  GpuTypeList,
  GpuTypeParams,
  GpuTypeSettings,
  JobAction,
  JobPriority,
  NodeMaintenance,
  Quota,
  QuotaList,
  QuotaSettings,
} from '@gpushield/contracts';
import { Type } from 'typebox';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, noContent, ok, transactionOf } from '../../../platform/http/route.ts';
import { deleteType, listTypes, lockNode, putNode, putType } from '../cluster-store.ts';
import type { RouteDeps } from '../deps.ts';
import { lockedJob } from '../owned-job.ts';
import {
  deleteQuota as removeQuota,
  listMembers,
  listQuotas as selectQuotas,
  presentQuota,
  putMembers,
  putQuota as writeQuota,
} from '../quota-store.ts';
import { JobParams, reservationAdminTag as tag } from './job-params.ts';

const subject = Type.String({ minLength: 1, maxLength: 64, pattern: '^(\\*|[A-Za-z0-9][A-Za-z0-9._-]*)$' });
const QuotaParams = Type.Object({ kind: Type.Enum(['user', 'group', 'default']), subject });
const GroupParams = Type.Object({
  group: Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' }),
});
const NodeParams = Type.Object({
  node: Type.String({ minLength: 1, maxLength: 253, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' }),
});
const read = { scope: 'cluster:read' } as const;
const write = { scope: 'cluster:write' } as const;

/** What deletions answer. Errors: `not_found` where there was nothing. */
const gone = (deps: RouteDeps, wasThere: boolean) => {
  if (!wasThere) throw new AppError('not_found');
  deps.views.invalidate();
  return noContent();
};

export const listGpuTypes = () =>
  defineRoute({
    method: 'GET',
    path: '/v1/gpu/types',
    operationId: 'listGpuTypes',
    summary: 'The table of types that jobs can ask for',
    tag,
    access: read,
    audit: { when: 'with', action: 'gpu_type.list' },
    effect: 'read',
    schema: { responses: { 200: GpuTypeList } },
    handler: async (_input, ctx) => ok({ types: await listTypes(ctx.db) }),
  });

export const putGpuType = (deps: RouteDeps) =>
  defineRoute({
    method: 'PUT',
    path: '/v1/admin/gpu-types/:type',
    operationId: 'putGpuType',
    summary: 'Add a type, or change it',
    tag,
    access: write,
    audit: { when: 'before', action: 'gpu_type.put', resource: 'gpu_type:{type}' },
    effect: 'transaction',
    schema: { params: GpuTypeParams, body: GpuTypeSettings, responses: { 200: GpuTypeEntry } },
    handler: async ({ params, body }, ctx) => {
      const entry = {
        gpu_type: params.type.toLowerCase(),
        instance_type: body.instance_type,
        kind: body.kind,
        vendor: body.vendor,
        gpus_per_node: body.gpus_per_node,
        max_gpus_per_node_and_job: body.max_gpus_per_node_and_job ?? Math.max(1, body.gpus_per_node),
        slots_per_node: body.slots_per_node ?? 4,
        vcpus: body.vcpus,
        memory_gib: body.memory_gib,
        gpu_memory_gib: body.gpu_memory_gib ?? null,
        resource_name: body.resource_name ?? null,
        node_labels: body.node_labels ?? {},
        runtime_class: body.runtime_class ?? null,
        require_kata: body.require_kata ?? false,
        enabled: body.enabled ?? true,
      };
      await putType(transactionOf(ctx), entry, new Date(deps.clock.nowMs()));
      deps.views.invalidate();
      return ok(entry);
    },
  });

export const deleteGpuType = (deps: RouteDeps) =>
  defineRoute({
    method: 'DELETE',
    path: '/v1/admin/gpu-types/:type',
    operationId: 'deleteGpuType',
    summary: 'Take a type off the table; its jobs run on',
    tag,
    access: write,
    audit: { when: 'before', action: 'gpu_type.delete', resource: 'gpu_type:{type}' },
    effect: 'transaction',
    schema: { params: GpuTypeParams, responses: { 204: null } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) =>
      gone(deps, await deleteType(transactionOf(ctx), params.type.toLowerCase())),
  });

export const listQuotas = () =>
  defineRoute({
    method: 'GET',
    path: '/v1/admin/quotas',
    operationId: 'listReservationQuotas',
    summary: 'Quotas, priorities and weights of users, groups and everybody else',
    tag,
    access: write,
    audit: { when: 'with', action: 'quota.list' },
    effect: 'read',
    schema: { responses: { 200: QuotaList } },
    handler: async (_input, ctx) => ok({ quotas: (await selectQuotas(ctx.db)).map(presentQuota) }),
  });

export const putQuota = (deps: RouteDeps) =>
  defineRoute({
    method: 'PUT',
    path: '/v1/admin/quotas/:kind/:subject',
    operationId: 'putReservationQuota',
    summary: 'Set what a user, a group, or (default/*) everybody else may have',
    tag,
    access: write,
    audit: { when: 'before', action: 'quota.put', resource: 'quota:{kind}/{subject}' },
    effect: 'transaction',
    schema: { params: QuotaParams, body: QuotaSettings, responses: { 200: Quota } },
    handler: async ({ params, body }, ctx) => {
      if ((params.kind === 'default') !== (params.subject === '*'))
        throw new AppError('validation_failed', {
          detail: 'The subject is * for the kind default, and only there',
        });
      const at = new Date(deps.clock.nowMs());
      const row = await writeQuota(transactionOf(ctx), params.kind, params.subject, body, at);
      if (row === undefined) throw new Error('A quota vanished in the transaction that wrote it');
      deps.views.invalidate();
      return ok(presentQuota(row));
    },
  });

export const deleteQuota = (deps: RouteDeps) =>
  defineRoute({
    method: 'DELETE',
    path: '/v1/admin/quotas/:kind/:subject',
    operationId: 'deleteReservationQuota',
    summary: 'Drop a quota: the default holds again',
    tag,
    access: write,
    audit: { when: 'before', action: 'quota.delete', resource: 'quota:{kind}/{subject}' },
    effect: 'transaction',
    schema: { params: QuotaParams, responses: { 204: null } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) =>
      gone(deps, await removeQuota(transactionOf(ctx), params.kind, params.subject)),
  });

export const listGroups = () =>
  defineRoute({
    method: 'GET',
    path: '/v1/admin/groups',
    operationId: 'listReservationGroups',
    summary: 'Groups that share a quota',
    tag,
    access: write,
    audit: { when: 'with', action: 'group.list' },
    effect: 'read',
    schema: { responses: { 200: GroupList } },
    handler: async (_input, ctx) => {
      const groups = Map.groupBy(await listMembers(ctx.db), ({ group_name: name }) => name);
      return ok({
        groups: [...groups].map(([group, rows]) => ({
          group,
          members: rows.map(({ username }) => username),
        })),
      });
    },
  });

export const putGroup = (deps: RouteDeps) =>
  defineRoute({
    method: 'PUT',
    path: '/v1/admin/groups/:group',
    operationId: 'putReservationGroup',
    summary: 'Set who is in a group; nobody deletes it',
    tag,
    access: write,
    audit: { when: 'before', action: 'group.put', resource: 'group:{group}' },
    effect: 'transaction',
    bodyLimitBytes: 1024 * 1024,
    schema: { params: GroupParams, body: GroupMembers, responses: { 200: Group } },
    handler: async ({ params, body }, ctx) => {
      await putMembers(transactionOf(ctx), params.group, body.members);
      deps.views.invalidate();
      return ok({ group: params.group, members: body.members });
    },
  });

export const setJobPriority = (deps: RouteDeps) =>
  defineRoute({
    method: 'PUT',
    path: '/v1/admin/jobs/:id/priority',
    operationId: 'setJobPriority',
    summary: 'Move a waiting job up or down: each point is worth an hour of waiting',
    tag,
    access: write,
    audit: { when: 'before', action: 'job.priority', resource: 'job:{id}' },
    effect: 'transaction',
    schema: { params: JobParams, body: JobPriority, responses: { 200: JobAction } },
    errors: ['not_found'],
    handler: async ({ params, body }, ctx) => {
      const row = await lockedJob(ctx, params.id);
      await transactionOf(ctx).query('UPDATE jobs SET priority = $2 WHERE id = $1', [row.id, body.priority]);
      deps.views.invalidate();
      return ok({
        job_id: row.id,
        action: 'set_priority',
        status: 'requested',
        message: `Priority ${body.priority}`,
        expires_at: row.expires_at?.toISOString() ?? null,
      });
    },
  });

const dateOf = (text: string | null | undefined): Date | null =>
  text === null || text === undefined ? null : new Date(text);

export const setNodeMaintenance = (deps: RouteDeps) =>
  defineRoute({
    method: 'PUT',
    path: '/v1/admin/nodes/:node/maintenance',
    operationId: 'setNodeMaintenance',
    summary: 'Keep new jobs off a node, at once or within a window; running jobs are left alone',
    tag,
    access: write,
    audit: { when: 'before', action: 'node.maintenance', resource: 'node:{node}' },
    effect: 'transaction',
    schema: { params: NodeParams, body: NodeMaintenance, responses: { 204: null } },
    handler: async ({ params, body }, ctx) => {
      const tx = transactionOf(ctx);
      const before = await lockNode(tx, params.node, new Date(deps.clock.nowMs()));
      const row = {
        name: params.node,
        cordoned: body.cordoned ?? before.cordoned,
        reason: body.reason ?? before.reason,
        maintenance_from: body.from === undefined ? before.maintenance_from : dateOf(body.from),
        maintenance_until: body.until === undefined ? before.maintenance_until : dateOf(body.until),
      };
      if (
        row.maintenance_until !== null &&
        row.maintenance_from !== null &&
        row.maintenance_until <= row.maintenance_from
      )
        throw new AppError('validation_failed', { detail: 'until comes after from' });
      await putNode(tx, row, new Date(deps.clock.nowMs()));
      deps.views.invalidate();
      return noContent();
    },
  });
