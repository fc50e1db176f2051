import { CloneDisk, DiskRenamed, RenameDisk } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { Tx } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, transactionOf, type RequestContext } from '../../../platform/http/route.ts';
import type { RouteDeps } from '../deps.ts';
import {
  giveDiskBack,
  lockDisk,
  renameDisk as setName,
  softDelete,
  undelete,
  type DiskRow,
} from '../disk-store.ts';
import { findJob } from '../job-store.ts';
import { makeDisk } from '../make-disk.ts';
import { beginSnapshot, findSnapshot, newestContent } from '../snapshot-store.ts';
import { startOperation } from '../start-operation.ts';
import { DiskParams, ownedDisk } from './disks.ts';
import { diskTag } from './job-params.ts';

const namePattern = /^[A-Za-z0-9_-]{1,50}$/;
/** To change one's mind. */
const purgeAfterMs = 30 * 24 * 3_600_000;
const NoBody = Type.Optional(Type.Object({}, { additionalProperties: false }));

/** The living disk, locked. Errors: `not_found`, `disk_deleted`. */
const livingDisk = async (ctx: RequestContext, tx: Tx, name: string): Promise<DiskRow> => {
  const shown = await ownedDisk(ctx, name);
  if (shown.deleted_at !== null)
    throw new AppError('disk_deleted', {
      detail: `The disk is deleted; until ${shown.purge_after?.toISOString() ?? 'its end'} it can be restored`,
    });
  const locked = await lockDisk(tx, ctx.principal.id, name);
  if (locked === undefined) throw new AppError('not_found', { detail: `You have no disk ${name}` });
  return locked;
};

const requireIdle = (disk: DiskRow): void => {
  if (disk.job_id !== null)
    throw new AppError('disk_in_use', { detail: `Job ${disk.job_id.slice(0, 8)} has the disk ${disk.name}` });
};

const operationOn = (disk: DiskRow, userId: string) => ({ diskId: disk.id, diskName: disk.name, userId });

export const deleteDisk = (deps: RouteDeps) =>
  defineRoute({
    method: 'DELETE',
    path: '/v1/disks/:name',
    operationId: 'deleteDisk',
    summary: 'Delete a disk; for 30 days it can be restored',
    tag: diskTag,
    access: { scope: 'disks:write' },
    audit: { when: 'before', action: 'disk.delete', resource: 'disk:{name}' },
    effect: 'transaction',
    schema: { params: DiskParams, responses: { 200: startOperation.Answer } },
    errors: ['not_found', 'disk_deleted', 'disk_in_use'],
    handler: async ({ params }, ctx) => {
      const tx = transactionOf(ctx);
      const disk = await livingDisk(ctx, tx, params.name);
      requireIdle(disk);
      const nowMs = deps.clock.nowMs();
      const purgeAfter = new Date(nowMs + purgeAfterMs);
      await softDelete(tx, disk.id, new Date(nowMs), purgeAfter);
      const operation = { ...operationOn(disk, ctx.principal.id), action: 'delete' as const };
      return ok(
        await startOperation.run(
          deps,
          tx,
          operation,
          `Deleted; until ${purgeAfter.toISOString()} it can be restored`,
        ),
      );
    },
  });

export const renameDisk = () =>
  defineRoute({
    method: 'POST',
    path: '/v1/disks/:name/rename',
    operationId: 'renameDisk',
    summary: 'Give a disk another name; its snapshots go with it',
    tag: diskTag,
    access: { scope: 'disks:write' },
    audit: { when: 'before', action: 'disk.rename', resource: 'disk:{name}' },
    effect: 'transaction',
    schema: { params: DiskParams, body: RenameDisk, responses: { 200: DiskRenamed } },
    errors: ['invalid_request', 'not_found', 'disk_deleted', 'disk_in_use', 'already_exists'],
    handler: async ({ params, body }, ctx) => {
      if (!namePattern.test(body.new_name))
        throw new AppError('invalid_request', { detail: 'new_name has 1 to 50 of A-Z a-z 0-9 _ -' });
      const tx = transactionOf(ctx);
      const disk = await livingDisk(ctx, tx, params.name);
      requireIdle(disk);
      if (!(await setName(tx, disk.id, body.new_name)))
        throw new AppError('already_exists', { detail: `You have a disk ${body.new_name}` });
      // Snapshots hang on the disk's id, so none of them has to be changed.
      return ok({
        message: 'Disk renamed',
        old_name: disk.name,
        new_name: body.new_name,
        snapshots_updated: 0,
      });
    },
  });

export const cloneDisk = (deps: RouteDeps) =>
  defineRoute({
    method: 'POST',
    path: '/v1/disks/:name/clone',
    operationId: 'cloneDisk',
    summary:
      'Make a disk out of another’s snapshot: the one named, else the newest, else one that is taken now',
    tag: diskTag,
    access: { scope: 'disks:write' },
    audit: { when: 'before', action: 'disk.clone', resource: 'disk:{name}' },
    effect: 'transaction',
    schema: { params: DiskParams, body: CloneDisk, responses: { 200: startOperation.Answer } },
    errors: ['not_found', 'disk_deleted', 'disk_in_use', 'already_exists', 'conflict'],
    handler: async ({ params, body }, ctx) => {
      const tx = transactionOf(ctx);
      const { principal } = ctx;
      const at = new Date(deps.clock.nowMs());
      const source = await livingDisk(ctx, tx, params.name);
      const wanted =
        body.snapshot_id === undefined
          ? await newestContent(tx, source.id)
          : await findSnapshot(tx, body.snapshot_id);
      if (body.snapshot_id !== undefined && (wanted?.disk_id !== source.id || wanted.status !== 'ready'))
        throw new AppError('not_found', { detail: 'The disk has no such snapshot' });
      let snapshotId = wanted?.id;
      if (snapshotId === undefined) {
        requireIdle(source);
        snapshotId = deps.newId();
        await beginSnapshot(tx, { id: snapshotId, diskId: source.id, jobId: null, at });
      }
      const name = body.new_name;
      const wish = { userId: principal.id, username: principal.name, name, sizeGb: source.size_gb, at };
      const diskId = await makeDisk(deps, tx, wish, snapshotId);
      const operation = { diskId, diskName: name, userId: principal.id, action: 'clone' as const };
      return ok(await startOperation.run(deps, tx, operation, `Copying ${source.name} to ${name}`));
    },
  });

export const restoreDisk = (deps: RouteDeps) =>
  defineRoute({
    method: 'POST',
    path: '/v1/disks/:name/restore',
    operationId: 'restoreDisk',
    summary: 'Have a deleted disk back',
    tag: diskTag,
    access: { scope: 'disks:write' },
    audit: { when: 'before', action: 'disk.restore', resource: 'disk:{name}' },
    effect: 'transaction',
    schema: { params: DiskParams, body: NoBody, responses: { 200: startOperation.Answer } },
    errors: ['not_found', 'conflict'],
    handler: async ({ params }, ctx) => {
      const tx = transactionOf(ctx);
      const disk = await ownedDisk(ctx, params.name);
      if (!(await undelete(tx, disk.id, new Date(deps.clock.nowMs()))))
        throw new AppError('conflict', {
          detail: 'The disk is not deleted, its time is over, or another has its name by now',
        });
      const operation = { ...operationOn(disk, ctx.principal.id), action: 'restore' as const };
      return ok(await startOperation.run(deps, tx, operation, 'The disk is back'));
    },
  });

export const unlockDisk = (deps: RouteDeps) =>
  defineRoute({
    method: 'POST',
    path: '/v1/disks/:name/unlock',
    operationId: 'unlockDisk',
    summary: 'Free a disk of a job that is over and did not give it back',
    tag: diskTag,
    access: { scope: 'disks:write' },
    audit: { when: 'before', action: 'disk.unlock', resource: 'disk:{name}' },
    effect: 'transaction',
    schema: { params: DiskParams, body: NoBody, responses: { 200: startOperation.Answer } },
    errors: ['not_found', 'disk_deleted', 'disk_in_use'],
    handler: async ({ params }, ctx) => {
      const tx = transactionOf(ctx);
      const disk = await livingDisk(ctx, tx, params.name);
      const job = disk.job_id === null ? undefined : await findJob(tx, disk.job_id);
      // While its workload may still write, a second writer would destroy the disk.
      if (job?.released_at === null) requireIdle(disk);
      if (disk.job_id !== null) await giveDiskBack(tx, disk.id, disk.job_id, null);
      const operation = { ...operationOn(disk, ctx.principal.id), action: 'unlock' as const };
      return ok(await startOperation.run(deps, tx, operation, 'No job has the disk'));
    },
  });
