/** Where a process belongs, by its control groups. */
export interface Place {
  readonly containerId?: string;
  /** The pod's UID. */
  readonly pod?: string;
  readonly jobId?: string;
}

const container = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:$|\/)/;
/** containerd's and CRI-O's shorter ids, behind their own names. */
const named = /(?:cri-containerd|crio|docker|libpod|nerdctl)[-:]([0-9a-f]{12,64})/;
const slurm = /\/slurm[^/]*(?:\/uid_\d+)?\/job_(\d{1,12})(?:\/|$)/;

/** A UID as the API server makes them (systemd's names have `_` for `-`), or the hash of a static pod's file. */
const uid = '([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})';
/** The kubelet's systemd driver, below a root of its own (kind) or not; containerd may append `:cri-containerd:ID`. */
const podSlice = new RegExp(
  `^(?:[a-z0-9]{1,32}-){0,4}kubepods(?:-burstable|-besteffort)?-pod${uid}\\.slice(?::|$)`,
);
/** The cgroupfs driver: the folder of a pod, and what it may be in. A view from within another group begins with `..`. */
const podFolder = new RegExp(`^pod${uid}$`);
const abovePods: ReadonlySet<string> = new Set(['kubepods', 'burstable', 'besteffort', '..', '']);
const own = /^gpushield-job-([0-9A-Za-z-]{1,64})(?:\.scope|\.service)?$/;
/** Groups below are any user's to make and to name, where systemd hands them over. */
const handedOver = /^user@\d+\.service$/;
const isHandedOver = (line: string): boolean => line.startsWith('0:') || line.includes(':name=');

/**
 * The outermost groups that name a pod and a job of ours: what a process in them makes below says nothing. What a job of this
 * host contains is no pod.
 */
const namesIn = (line: string, path: string): Pick<Place, 'pod' | 'jobId'> => {
  let pod: string | undefined;
  const steps = path.split('/');
  for (const [index, step] of steps.entries()) {
    if (handedOver.test(step) && isHandedOver(line)) break;
    const jobId = own.exec(step)?.[1];
    if (jobId !== undefined) return { ...(pod === undefined ? {} : { pod }), jobId };
    if (pod !== undefined) continue;
    const inFolder = abovePods.has(steps[index - 1] ?? '') ? podFolder.exec(step)?.[1] : undefined;
    pod = (podSlice.exec(step)?.[1] ?? inFolder)?.replaceAll('_', '-');
  }
  return pod === undefined ? {} : { pod };
};

/** Reads /proc/PID/cgroup: lines of `id:controllers:path`. The lines of all hierarchies count: v1 has many. */
export const placeIn = (cgroups: string): Place => {
  const groups = cgroups
    .split('\n')
    .slice(0, 64)
    .map((line) => ({ line, path: line.slice(line.indexOf(':', line.indexOf(':') + 1) + 1) }));
  const first = <Found>(find: (path: string, line: string) => Found | undefined): Found | undefined => {
    for (const { line, path } of groups) {
      const found = find(path, line);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const matching = (pattern: RegExp) => (path: string) => pattern.exec(path)?.[1];
  const containerId = first(matching(container)) ?? first(matching(named));
  const pod = first((path, line) => namesIn(line, path).pod);
  const jobId = first((path, line) => namesIn(line, path).jobId) ?? first(matching(slurm));
  return {
    ...(containerId === undefined ? {} : { containerId }),
    ...(pod === undefined ? {} : { pod }),
    ...(jobId === undefined ? {} : { jobId }),
  };
};
