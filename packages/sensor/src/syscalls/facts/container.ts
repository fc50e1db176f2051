/** Where a process belongs, by its control groups. */
export interface Place {
  readonly containerId?: string;
  readonly pod?: string;
  readonly jobId?: string;
}

const container = /(?:^|[/:-])([0-9a-f]{64})(?:\.scope)?(?:$|\/)/;
/** containerd's and CRI-O's shorter ids, behind their own names. */
const named = /(?:cri-containerd|crio|docker|libpod|nerdctl)[-:]([0-9a-f]{12,64})/;
const pod = /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12})/;
const slurm = /\/slurm[^/]*(?:\/uid_\d+)?\/job_(\d{1,12})(?:\/|$)/;
const own = /gpushield-job-([0-9A-Za-z-]{1,64})(?:\.scope|\.service|\/|$)/;

/** Reads /proc/PID/cgroup: lines of `id:controllers:path`. The lines of all hierarchies count: v1 has many. */
export const placeIn = (cgroups: string): Place => {
  const paths = cgroups
    .split('\n')
    .slice(0, 64)
    .map((line) => line.slice(line.indexOf(':', line.indexOf(':') + 1) + 1));
  const first = (pattern: RegExp): string | undefined => {
    for (const path of paths) {
      const found = pattern.exec(path)?.[1];
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const containerId = first(container) ?? first(named);
  const podUid = first(pod)?.replaceAll('_', '-');
  const jobId = first(own) ?? first(slurm);
  return {
    ...(containerId === undefined ? {} : { containerId }),
    ...(podUid === undefined ? {} : { pod: podUid }),
    ...(jobId === undefined ? {} : { jobId }),
  };
};
