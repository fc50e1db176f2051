import type { DiskProgress, DiskRef } from '../port.ts';
import { isStatus } from './api.ts';
import {
  errandLog,
  removeErrand,
  runErrand,
  type Errand,
  type ErrandDeps,
  type ErrandState,
} from './errand.ts';
import { names } from './names.ts';

const longestSeconds = 120;
const memoryMib = 64;
const diskPath = '/disk';
/** Bounded in number and bytes. Only a POSIX shell, awk and head are taken for granted: the image is the operator's. */
const script = String.raw`cd /disk && { echo .; find . -mindepth 1 2>/dev/null | head -n 20001 | sort |
  awk 'NR > 20000 { print "… and more"; exit }
    { depth = gsub("/", "/"); name = $0; sub(".*/", "", name); indent = ""
      for (n = 1; n < depth; n++) indent = indent "  "
      print indent name }'; } | head -c "$MOST_BYTES"`;

const lookOf = (
  { diskId }: DiskRef,
  snapshotId: string,
  { image, maxBytes }: { readonly image: string; readonly maxBytes: number },
): Errand => ({
  name: names.look(snapshotId),
  of: snapshotId,
  image,
  env: { MOST_BYTES: String(maxBytes) },
  command: ['/bin/sh', '-c', script],
  longestSeconds,
  memoryMib,
  volumes: [{ name: 'disk', persistentVolumeClaim: { claimName: names.disk(diskId), readOnly: true } }],
  mounts: [{ name: 'disk', mountPath: diskPath, readOnly: true }],
});

/**
 * What is on a disk, by a pod that looks at it: nothing else sees a volume. The disk is looked at while nobody writes to it,
 * as it was when the snapshot was made.
 */
export const listDisk = async (
  deps: ErrandDeps,
  disk: DiskRef,
  snapshotId: string,
  how: { readonly image: string; readonly maxBytes: number },
): Promise<DiskProgress<{ readonly content: string | null }>> => {
  const look = lookOf(disk, snapshotId, how);
  let state: ErrandState;
  try {
    state = await runErrand(deps, look);
  } catch (error) {
    // A quota or a rule of the cluster that lets no such pod in: nothing was made, and the job must not wait for it.
    if (isStatus(error, 400, 403, 422)) return { kind: 'done', content: null };
    throw error;
  }
  if (state.kind === 'running') return { kind: 'pending', progress: 'What is on the disk is being listed' };
  const text = state.kind === 'done' ? await errandLog(deps, look.name, how.maxBytes) : '';
  await removeErrand(deps, look.name);
  return { kind: 'done', content: text === '' ? null : text };
};
