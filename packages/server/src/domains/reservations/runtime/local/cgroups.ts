import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a job may use of this host. */
export interface JobLimits {
  readonly memoryBytes: number;
  /** Thousandths of a processor. */
  readonly cpuMillis: number;
}

/** The kernel's control groups, as far as this server may make some. */
export interface Cgroups {
  /** Makes the job's groups. Answers the files that a process writes its number to to be in them; none: no limits here. */
  prepare(jobId: string, limits: JobLimits): readonly string[];
  /** Processes of the job that were killed because it ran out of memory. */
  oomKills(jobId: string): number;
  /** False: some process is still in them. */
  remove(jobId: string): boolean;
}

/** Where groups are; tests have one of paper. */
export interface CgroupPlaces {
  readonly mount: string;
  /** Of this process. */
  readonly own: string;
}
const hostPlaces: CgroupPlaces = { mount: '/sys/fs/cgroup', own: '/proc/self/cgroup' };

const groupName = 'gpushield-jobs';
/** The sensor tells by this name which job a process belongs to. */
const nameOf = (jobId: string): string => `gpushield-job-${jobId}`;
/** Jobs that an earlier version started are in groups of their bare id, until they end. */
const namesOf = (jobId: string): readonly string[] => [nameOf(jobId), jobId];
const periodUs = 100_000;

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};
const quotaUs = ({ cpuMillis }: JobLimits): number => Math.round((cpuMillis / 1000) * periodUs);

interface Hierarchy {
  /** The directory that has one of each job. */
  readonly parent: string;
  readonly files: (limits: JobLimits) => Readonly<Record<string, string>>;
  /** The file with a line `oom_kill N`. */
  readonly kills: string | undefined;
}

/** Version 2 at its root: below the server's own group, which has processes, no limits could be set. */
const versionTwo = (mount: string): readonly Hierarchy[] | undefined => {
  const controllers = textOf(join(mount, 'cgroup.controllers')).trim().split(' ');
  if (!['memory', 'cpu'].every((name) => controllers.includes(name))) return undefined;
  const parent = join(mount, groupName);
  mkdirSync(parent, { recursive: true });
  for (const directory of [mount, parent])
    writeFileSync(join(directory, 'cgroup.subtree_control'), '+memory +cpu');
  return [
    {
      parent,
      kills: 'memory.events',
      files: (limits) => ({
        'memory.max': String(limits.memoryBytes),
        'cpu.max': `${quotaUs(limits)} ${periodUs}`,
      }),
    },
  ];
};

/** Version 1, below the server's own groups: what bounds the server bounds its jobs. */
const versionOne = ({ mount, own }: CgroupPlaces): readonly Hierarchy[] | undefined => {
  const ownOf = (controller: string): string | undefined => {
    const line = textOf(own)
      .split('\n')
      .find((one) => one.split(':')[1]?.split(',').includes(controller));
    const path = line?.split(':').slice(2).join(':');
    return path === undefined || !existsSync(join(mount, controller, path))
      ? undefined
      : join(mount, controller, path, groupName);
  };
  const [memory, cpu] = [ownOf('memory'), ownOf('cpu')];
  if (memory === undefined || cpu === undefined) return undefined;
  for (const parent of [memory, cpu]) mkdirSync(parent, { recursive: true });
  return [
    {
      parent: memory,
      kills: 'memory.oom_control',
      files: ({ memoryBytes }) => ({ 'memory.limit_in_bytes': String(memoryBytes) }),
    },
    {
      parent: cpu,
      kills: undefined,
      files: (limits) => ({
        'cpu.cfs_period_us': String(periodUs),
        'cpu.cfs_quota_us': String(quotaUs(limits)),
      }),
    },
  ];
};

const hierarchiesOf = (places: CgroupPlaces): readonly Hierarchy[] => {
  for (const find of [() => versionTwo(places.mount), () => versionOne(places)]) {
    try {
      const found = find();
      if (found !== undefined) return found;
    } catch {
      // Not ours to change: read-only in a container, or not root.
    }
  }
  return [];
};

/** Finds out by trying: who may make groups differs from host to host. */
export const createCgroups = (places: CgroupPlaces = hostPlaces): Cgroups => {
  let known: readonly Hierarchy[] | undefined;
  const hierarchies = (): readonly Hierarchy[] => (known ??= hierarchiesOf(places));
  const remove = (jobId: string): boolean => {
    const groups = hierarchies().flatMap(({ parent }) => namesOf(jobId).map((name) => join(parent, name)));
    for (const group of groups) {
      try {
        rmdirSync(group);
      } catch (error) {
        // What else goes wrong must not keep a job's devices for ever.
        if (error instanceof Error && 'code' in error && error.code === 'EBUSY') return false;
      }
    }
    return true;
  };
  return {
    remove,
    prepare: (jobId, limits) => {
      try {
        return hierarchies().map(({ parent, files }) => {
          const group = join(parent, nameOf(jobId));
          mkdirSync(group, { recursive: true });
          for (const [name, text] of Object.entries(files(limits)))
            writeFileSync(join(group, name), text, { flag: 'r+' });
          return join(group, 'cgroup.procs');
        });
      } catch {
        remove(jobId);
        return [];
      }
    },
    oomKills: (jobId) => {
      const source = hierarchies().find(({ kills }) => kills !== undefined);
      if (source?.kills === undefined) return 0;
      const { parent, kills } = source;
      const counts = namesOf(jobId).map((name) =>
        Number(/^oom_kill (\d+)$/m.exec(textOf(join(parent, name, kills)))?.[1] ?? 0),
      );
      return Math.max(...counts);
    },
  };
};
