import type { Clock } from '../../../../platform/clock.ts';
import type { DiskProgress, DiskRef, RuntimeDisks } from '../port.ts';
import { isRefusedForGood, isStatus, type KubeApi } from './api.ts';
import { removeErrand } from './errand.ts';
import { buildClaim, buildSnapshot } from './job-objects.ts';
import { listDisk } from './list-disk.ts';
import { names } from './names.ts';
import { objectIn, readQuantity, textIn, timeIn, type Json } from './read.ts';
import type { KubernetesSettings } from './settings.ts';

export interface DiskDeps {
  readonly api: KubeApi;
  readonly settings: KubernetesSettings;
  readonly clock: Clock;
}

const noSnapshots = 'This cluster has no snapshots of volumes (snapshot.storage.k8s.io)';

/** How far a snapshot is, by what its controller says. Drivers try again: an error counts once it stays. */
export const snapshotProgress = (
  snapshot: Json,
  { nowMs, patienceMs }: { readonly nowMs: number; readonly patienceMs: number },
): DiskProgress<{ readonly sizeBytes: number | null }> => {
  const status = objectIn(snapshot, 'status');
  if (status['readyToUse'] === true) {
    const size = readQuantity(status['restoreSize']);
    return { kind: 'done', sizeBytes: size === undefined ? null : Math.round(size) };
  }
  const problem = textIn(objectIn(status, 'error'), 'message');
  const createdMs = timeIn(objectIn(snapshot, 'metadata'), 'creationTimestamp');
  if (problem !== '' && createdMs !== undefined && nowMs - createdMs >= patienceMs)
    return { kind: 'failed', reason: problem };
  return { kind: 'pending', progress: problem === '' ? 'The snapshot is being made' : problem };
};

/** Disks as claims, snapshots as VolumeSnapshots. Sizes are what the storage class enforces. */
export const createKubernetesDisks = ({ api, settings, clock }: DiskDeps): RuntimeDisks => {
  const claims = `/api/v1/namespaces/${settings.namespace}/persistentvolumeclaims`;
  const snapshots = `/apis/snapshot.storage.k8s.io/v1/namespaces/${settings.namespace}/volumesnapshots`;

  const ensure = async (disk: DiskRef, fromSnapshotId: string | null): Promise<DiskProgress> => {
    const wanted = buildClaim(disk, fromSnapshotId, settings);
    try {
      const claim =
        (await api.create(claims, wanted)) ?? (await api.get(`${claims}/${names.disk(disk.diskId)}`));
      if (textIn(objectIn(claim, 'metadata'), 'deletionTimestamp') !== '')
        return { kind: 'pending', progress: 'An earlier volume of this disk is being removed' };
      if (textIn(objectIn(claim, 'status'), 'phase') === 'Lost')
        return { kind: 'failed', reason: 'The volume of this disk is lost: its claim is bound to nothing' };
      // Many classes make the volume when a pod first asks for it: the claim is all that can be waited for.
      return { kind: 'done' };
    } catch (error) {
      // Refused for good: a quota is no such thing, but a size or a class that cannot be is.
      if (isRefusedForGood(error)) return { kind: 'failed', reason: error.message };
      throw error;
    }
  };

  return {
    ensure,
    snapshot: async (disk, snapshotId) => {
      const path = `${snapshots}/${names.snapshot(snapshotId)}`;
      try {
        const made =
          (await api.create(snapshots, buildSnapshot(disk, snapshotId, settings))) ?? (await api.get(path));
        return snapshotProgress(made, { nowMs: clock.nowMs(), patienceMs: settings.patienceMs });
      } catch (error) {
        if (isStatus(error, 404)) return { kind: 'failed', reason: noSnapshots };
        if (isRefusedForGood(error)) return { kind: 'failed', reason: error.message };
        throw error;
      }
    },
    listContent: async (disk, snapshotId, maxBytes) =>
      settings.image === undefined
        ? { kind: 'done', content: null }
        : listDisk({ api, settings, clock }, disk, snapshotId, { image: settings.image, maxBytes }),
    removeSnapshot: async (_disk, snapshotId) => {
      // Of a listing that was given up.
      await removeErrand({ api, settings }, names.look(snapshotId));
      return (await api.remove(`${snapshots}/${names.snapshot(snapshotId)}`))
        ? { kind: 'pending', progress: 'The snapshot is being removed' }
        : { kind: 'done' };
    },
    remove: async ({ diskId }) =>
      (await api.remove(`${claims}/${names.disk(diskId)}`))
        ? { kind: 'pending', progress: 'The volume is being removed' }
        : { kind: 'done' },
  };
};
