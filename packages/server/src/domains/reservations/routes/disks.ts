import {
  CreateDisk,
  Disk,
  DiskContent,
  DiskList,
  DiskName,
  DiskOperation,
  DiskSnapshotList,
  Uuid,
  type Disk as DiskView,
} from '@gpushield/contracts';
import { Type } from 'typebox';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, transactionOf, type RequestContext } from '../../../platform/http/route.ts';
import type { RouteDeps } from '../deps.ts';
import { findDiskByName, findOperation, listDisks as selectDisks, type ShownDisk } from '../disk-store.ts';
import { makeDisk } from '../make-disk.ts';
import { listSnapshots, newestContent } from '../snapshot-store.ts';
import { startOperation } from '../start-operation.ts';
import { diskTag } from './job-params.ts';

export const DiskParams = Type.Object({ name: DiskName });

const presentDisk = (row: ShownDisk): DiskView => ({
  disk_name: row.name,
  user_id: row.username,
  size_gb: row.size_gb,
  created_at: row.created_at.toISOString(),
  last_used: row.last_used_at?.toISOString() ?? null,
  in_use: row.job_id !== null,
  reservation_id: row.job_id,
  is_backing_up: row.backing_up,
  is_deleted: row.deleted_at !== null,
  delete_date: row.purge_after?.toISOString() ?? null,
  snapshot_count: row.snapshots,
  status: row.deleted_at === null ? row.status : 'deleted',
  status_detail: row.status_detail,
});

/** The caller's disk of this name. Disks are named within their owner: nobody reaches another's by its name. */
export const ownedDisk = async (ctx: RequestContext, name: string): Promise<ShownDisk> => {
  const disk = await findDiskByName(ctx.db, ctx.principal.id, name);
  if (disk === undefined) throw new AppError('not_found', { detail: `You have no disk ${name}` });
  return disk;
};

export const createDisk = (deps: RouteDeps) =>
  defineRoute({
    method: 'POST',
    path: '/v1/disks',
    operationId: 'createDisk',
    summary: 'Make a disk that outlives jobs; poll its operation',
    tag: diskTag,
    access: { scope: 'disks:write' },
    audit: { when: 'before', action: 'disk.create' },
    effect: 'transaction',
    schema: { body: CreateDisk, responses: { 200: startOperation.Answer } },
    errors: ['already_exists', 'conflict'],
    handler: async ({ body }, ctx) => {
      const tx = transactionOf(ctx);
      const { principal } = ctx;
      const at = new Date(deps.clock.nowMs());
      const name = body.disk_name;
      const wish = { userId: principal.id, username: principal.name, name, sizeGb: body.size_gb, at };
      const diskId = await makeDisk(deps, tx, wish);
      const operation = { diskId, diskName: name, userId: principal.id, action: 'create' as const };
      return ok(await startOperation.run(deps, tx, operation, 'Disk creation requested'));
    },
  });

export const listDisks = () =>
  defineRoute({
    method: 'GET',
    path: '/v1/disks',
    operationId: 'listDisks',
    summary: 'One’s own disks, deleted ones that can be had back included',
    tag: diskTag,
    access: { scope: 'disks:read' },
    audit: { when: 'with', action: 'disk.list' },
    effect: 'read',
    schema: { responses: { 200: DiskList } },
    handler: async (_input, ctx) => {
      const disks = await selectDisks(ctx.db, ctx.principal.id);
      return ok({ disks: disks.map(presentDisk), total: disks.length });
    },
  });

export const getDisk = () =>
  defineRoute({
    method: 'GET',
    path: '/v1/disks/:name',
    operationId: 'getDisk',
    summary: 'A disk of one’s own',
    tag: diskTag,
    access: { scope: 'disks:read' },
    audit: { when: 'with', action: 'disk.read', resource: 'disk:{name}' },
    effect: 'read',
    schema: { params: DiskParams, responses: { 200: Disk } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => ok(presentDisk(await ownedDisk(ctx, params.name))),
  });

export const getDiskOperation = () =>
  defineRoute({
    method: 'GET',
    path: '/v1/disks/:name/operations/:operation_id',
    operationId: 'getDiskOperation',
    summary: 'How far an operation on a disk is',
    tag: diskTag,
    access: { scope: 'disks:read' },
    audit: { when: 'with', action: 'disk.operation', resource: 'disk:{name}' },
    effect: 'read',
    schema: {
      params: Type.Object({ name: DiskName, operation_id: Uuid }),
      responses: { 200: DiskOperation },
    },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const operation = await findOperation(ctx.db, params.operation_id);
      if (operation?.user_id !== ctx.principal.id || operation.disk_name !== params.name)
        throw new AppError('not_found', { detail: 'There is no such operation' });
      const disk = await findDiskByName(ctx.db, ctx.principal.id, params.name);
      return ok({
        operation_id: operation.id,
        disk_name: operation.disk_name,
        action: operation.action,
        status: operation.status,
        error: operation.error,
        is_deleted: disk?.deleted_at !== null && disk?.deleted_at !== undefined,
        delete_date: disk?.purge_after?.toISOString() ?? null,
        created_at: operation.created_at.toISOString(),
        last_updated: operation.updated_at.toISOString(),
        completed: operation.status === 'completed' || operation.status === 'failed',
      });
    },
  });

export const getDiskContent = () =>
  defineRoute({
    method: 'GET',
    path: '/v1/disks/:name/content',
    operationId: 'getDiskContent',
    summary: 'What the newest snapshot of a disk holds, as a tree',
    tag: diskTag,
    access: { scope: 'disks:read' },
    audit: { when: 'with', action: 'disk.content', resource: 'disk:{name}' },
    effect: 'read',
    schema: { params: DiskParams, responses: { 200: DiskContent } },
    errors: ['not_found', 'disk_deleted'],
    handler: async ({ params }, ctx) => {
      const disk = await ownedDisk(ctx, params.name);
      if (disk.deleted_at !== null)
        throw new AppError('disk_deleted', {
          detail: `The disk is deleted; until ${disk.purge_after?.toISOString() ?? 'its end'} it can be restored`,
        });
      const snapshot = await newestContent(ctx.db, disk.id);
      const message =
        snapshot === undefined
          ? 'There is no snapshot yet: one is made when a job that uses the disk ends'
          : snapshot.content === null
            ? 'What this snapshot holds cannot be listed'
            : null;
      return ok({
        disk_name: disk.name,
        content: snapshot?.content ?? null,
        s3_path: null,
        snapshot_date: snapshot?.created_at.toISOString() ?? null,
        message,
      });
    },
  });

export const listDiskSnapshots = () =>
  defineRoute({
    method: 'GET',
    path: '/v1/disks/:name/snapshots',
    operationId: 'listDiskSnapshots',
    summary: 'Snapshots of a disk, newest first',
    tag: diskTag,
    access: { scope: 'disks:read' },
    audit: { when: 'with', action: 'disk.snapshots', resource: 'disk:{name}' },
    effect: 'read',
    schema: { params: DiskParams, responses: { 200: DiskSnapshotList } },
    errors: ['not_found'],
    handler: async ({ params }, ctx) => {
      const disk = await ownedDisk(ctx, params.name);
      const rows = await listSnapshots(ctx.db, disk.id);
      const snapshots = rows.map((row) => ({
        snapshot_id: row.id,
        disk_name: disk.name,
        status: row.status,
        created_at: row.created_at.toISOString(),
        job_id: row.job_id,
        size_bytes: row.size_bytes === null ? null : Number(row.size_bytes),
      }));
      return ok({ snapshots, total: snapshots.length });
    },
  });
