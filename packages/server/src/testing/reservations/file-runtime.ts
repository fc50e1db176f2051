import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type {
  RuntimeDisks,
  RuntimeNode,
  Runtime,
  WorkloadObservation,
  WorkloadSpec,
  WorkloadState,
} from '../../domains/reservations/runtime/port.ts';
import { fakeRuntime, runningJob } from './processor.ts';

/*
 * A cluster of files. It outlives whoever drives it, as a real one does, and keeps its own book: a device that is given
 * to two jobs at once, a node that is given more than it has, or a job that is started again is written down as a
 * violation, whatever the database says.
 */

const gpus = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));
const node = (name: string, gpuType: string, total: number, hasIds: boolean): RuntimeNode => ({
  name,
  ready: true,
  unschedulableReason: null,
  pools: [{ gpuType, total, usedByOthers: 0, deviceIds: hasIds ? gpus(total) : null }],
  cpuMillis: 192_000,
  memoryMib: 2_000_000,
});

/** Nodes of GPUs that are told apart, of MIG devices and CPU slots that are not. */
export const fileNodes: readonly RuntimeNode[] = [
  ...['a', 'b', 'c', 'd', 'e', 'f'].map((name) => node(`gpu-${name}`, 'h100', 8, true)),
  node('mig-a', 'h100-mig-1g', 7, false),
  node('mig-b', 'h100-mig-1g', 7, false),
  node('cpu-a', 'cpu-x86', 4, false),
  node('cpu-b', 'cpu-x86', 4, false),
];

const namesIn = (directory: string): readonly string[] =>
  existsSync(directory) ? readdirSync(directory) : [];
const firstTime = (path: string): boolean => {
  try {
    writeFileSync(path, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
};
/** The same with its text in one step: whoever is killed meanwhile leaves no claim of nobody. */
const claim = (root: string, path: string, text: string): boolean => {
  const draft = join(root, `draft-${randomUUID()}`);
  writeFileSync(draft, text);
  try {
    linkSync(draft, path);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(draft);
  }
};
const ageMs = (path: string): number => Date.now() - statSync(path).mtimeMs;
/** Between 0 and 1, the same for the same job. */
const shareOf = (jobId: string): number => Number.parseInt(jobId.slice(0, 4), 16) / 0xffff;

export interface FileCluster {
  readonly runtime: Runtime;
  violations(): readonly string[];
  /** Jobs that were ever started, and what is there now. */
  started(): readonly string[];
  readonly left: { workloads(): readonly string[]; devices(): readonly string[]; disks(): readonly string[] };
  snapshotsOf(diskId: string): readonly string[];
}

const disksOf = (root: string): RuntimeDisks => {
  const place = (id: string): string => join(root, 'disks', id);
  const snapshot = (diskId: string, id: string): string => join(root, 'snapshots', diskId, id);
  const done = { kind: 'done' } as const;
  return {
    ensure: ({ diskId }) => {
      mkdirSync(place(diskId), { recursive: true });
      return Promise.resolve(done);
    },
    snapshot: ({ diskId }, id) => {
      const path = snapshot(diskId, id);
      // The first call begins it, a later one finds it done.
      if (existsSync(path)) return Promise.resolve({ ...done, sizeBytes: 1 });
      mkdirSync(path, { recursive: true });
      return Promise.resolve({ kind: 'pending', progress: 'copying' } as const);
    },
    listContent: () => Promise.resolve({ ...done, content: '.' }),
    removeSnapshot: ({ diskId }, id) => {
      rmSync(snapshot(diskId, id), { recursive: true, force: true });
      return Promise.resolve(done);
    },
    remove: ({ diskId }) => {
      rmSync(place(diskId), { recursive: true, force: true });
      rmSync(join(root, 'snapshots', diskId), { recursive: true, force: true });
      return Promise.resolve(done);
    },
  };
};

export const fileCluster = (root: string): FileCluster => {
  for (const name of ['work', 'devices', 'ever', 'removed', 'disks', 'snapshots'])
    mkdirSync(join(root, name), { recursive: true });
  const work = (jobId: string): string => join(root, 'work', jobId);
  const violation = (text: string): void => appendFileSync(join(root, 'violations'), `${text}\n`);
  const specOf = (jobId: string): WorkloadSpec | undefined => {
    try {
      return JSON.parse(readFileSync(join(work(jobId), 'spec'), 'utf8')) as WorkloadSpec;
    } catch {
      return undefined;
    }
  };

  const claimDevices = ({ jobId, placements }: WorkloadSpec): void => {
    for (const { node: name, deviceIds } of placements)
      for (const device of deviceIds) {
        const path = join(root, 'devices', `${name}.${device}`);
        if (claim(root, path, jobId)) continue;
        const owner = readFileSync(path, 'utf8');
        if (owner !== jobId) violation(`${name}.${device} of ${owner} was given to ${jobId}`);
      }
  };
  const countNodes = (): void => {
    const used = new Map<string, number>();
    for (const jobId of namesIn(join(root, 'work')))
      for (const { node: name, units } of specOf(jobId)?.placements ?? [])
        used.set(name, (used.get(name) ?? 0) + units);
    for (const { name, pools } of fileNodes)
      if ((used.get(name) ?? 0) > (pools[0]?.total ?? 0)) violation(`${name} holds ${used.get(name) ?? 0}`);
  };
  const ensure = (spec: WorkloadSpec): void => {
    const place = work(spec.jobId);
    if (existsSync(join(root, 'removed', spec.jobId))) violation(`${spec.jobId} was started again`);
    firstTime(join(root, 'ever', spec.jobId));
    mkdirSync(place, { recursive: true });
    claimDevices(spec);
    if (specOf(spec.jobId) !== undefined) return;
    if (spec.placements.length === 0) violation(`${spec.jobId} was started nowhere`);
    writeFileSync(join(place, 'spec.part'), JSON.stringify(spec));
    renameSync(join(place, 'spec.part'), join(place, 'spec'));
    countNodes();
  };
  const stateOf = (jobId: string): WorkloadState => {
    if (!existsSync(work(jobId))) return { kind: 'absent' };
    if (existsSync(join(work(jobId), 'ending'))) return { kind: 'ending' };
    const spec = specOf(jobId);
    if (spec === undefined) return { kind: 'starting', progress: 'being made' };
    const sinceMs = ageMs(join(work(jobId), 'spec'));
    if (sinceMs < 60) return { kind: 'starting', progress: 'being started' };
    const runsMs = 100 + 300 * shareOf(jobId);
    return spec.command !== null && sinceMs > runsMs ? { kind: 'ended', exitCode: 0 } : { kind: 'running' };
  };
  const observe = (jobId: string): WorkloadObservation => ({ ...runningJob(jobId), state: stateOf(jobId) });
  const remove = (jobId: string): void => {
    if (!existsSync(work(jobId))) return;
    if (firstTime(join(work(jobId), 'ending')) || ageMs(join(work(jobId), 'ending')) < 40) return;
    firstTime(join(root, 'removed', jobId));
    for (const name of namesIn(join(root, 'devices')))
      if (readFileSync(join(root, 'devices', name), 'utf8') === jobId) rmSync(join(root, 'devices', name));
    rmSync(work(jobId), { recursive: true, force: true });
  };

  /** As real runtimes do: whoever drives the cluster hears of a state that it has not seen. */
  const watch = (changed: (jobId: string) => void): void => {
    const seen = new Map<string, string>();
    setInterval(() => {
      for (const jobId of namesIn(join(root, 'work'))) {
        const { kind } = stateOf(jobId);
        if (seen.get(jobId) === kind) continue;
        seen.set(jobId, kind);
        changed(jobId);
      }
    }, 50).unref();
  };

  return {
    violations: () =>
      existsSync(join(root, 'violations'))
        ? readFileSync(join(root, 'violations'), 'utf8').trim().split('\n')
        : [],
    started: () => namesIn(join(root, 'ever')),
    left: {
      workloads: () => namesIn(join(root, 'work')),
      devices: () => namesIn(join(root, 'devices')),
      disks: () => namesIn(join(root, 'disks')),
    },
    snapshotsOf: (diskId) => namesIn(join(root, 'snapshots', diskId)),
    runtime: fakeRuntime({
      name: 'local',
      onChange: watch,
      capacity: () => Promise.resolve({ nodes: fileNodes, observedAtMs: Date.now() }),
      ensure: (spec) => Promise.resolve(ensure(spec)),
      observe: ({ jobId }) => Promise.resolve(observe(jobId)),
      list: () => Promise.resolve(namesIn(join(root, 'work')).map(observe)),
      remove: ({ jobId }) => Promise.resolve(remove(jobId)),
      logs: ({ jobId }) => Promise.resolve(`ran ${jobId}\n`),
      disks: disksOf(root),
    }),
  };
};
