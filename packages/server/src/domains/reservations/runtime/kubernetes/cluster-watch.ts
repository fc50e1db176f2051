import type { Logger } from 'pino';
import type { Clock } from '../../../../platform/clock.ts';
import type { KubeApi } from './api.ts';
import { readNode, readPod, readService, type SeenNode, type SeenPod, type SeenService } from './facts.ts';
import { ourSelector } from './names.ts';
import { pathsIn } from './paths.ts';
import { createWatchCache, type WatchCache } from './watch-cache.ts';

/** What is followed of the cluster: every pod (they hold devices), every node, and the doors of our jobs. */
export interface ClusterWatch {
  readonly pods: WatchCache<SeenPod>;
  readonly nodes: WatchCache<SeenNode>;
  /** The door of a job's pod, by the pod's name. */
  doorOf(podName: string): SeenService | undefined;
  /** The pods of our jobs, by job and name. */
  readonly podsOfJobs: ReadonlyMap<string, ReadonlyMap<string, SeenPod>>;
  stop(): Promise<void>;
}

/** Keeps pods together by their jobs: a cluster has many pods, and a job a few. */
const groupByJob = () => {
  const groups = new Map<string, Map<string, SeenPod>>();
  return {
    groups,
    note: (pod: SeenPod, isThere: boolean): void => {
      const jobId = pod.job?.jobId;
      if (jobId === undefined) return;
      const group = groups.get(jobId) ?? new Map<string, SeenPod>();
      if (isThere) group.set(pod.key, pod);
      else group.delete(pod.key);
      if (group.size === 0) groups.delete(jobId);
      else groups.set(jobId, group);
    },
  };
};

export const watchCluster = (deps: {
  readonly api: KubeApi;
  /** Where our jobs are. */
  readonly namespaces: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly changed: (jobId: string) => void;
}): ClusterWatch => {
  const { api, namespaces, clock, log, changed } = deps;
  const common = (kind: string) => ({
    api,
    monotonicMs: () => clock.monotonicMs(),
    onError: (err: unknown) => {
      log.warn({ err, kind }, 'a watch of the cluster was lost; it begins again');
    },
  });
  const byJob = groupByJob();
  const pods = createWatchCache({
    ...common('pods'),
    path: '/api/v1/pods',
    read: (value) => readPod(value, namespaces),
    onChange: (pod: SeenPod, isThere: boolean) => {
      byJob.note(pod, isThere);
      if (pod.job !== undefined) changed(pod.job.jobId);
    },
  });
  const nodes = createWatchCache({ ...common('nodes'), path: '/api/v1/nodes', read: readNode });
  const doors = namespaces.map((namespace) =>
    createWatchCache({
      ...common('services'),
      path: pathsIn(namespace).services,
      query: { labelSelector: ourSelector },
      read: readService,
      onChange: ({ jobId }: SeenService) => {
        changed(jobId);
      },
    }),
  );
  const all = [pods, nodes, ...doors];
  return {
    pods,
    nodes,
    doorOf: (podName) => doors.map(({ items }) => items.get(podName)).find((door) => door !== undefined),
    podsOfJobs: byJob.groups,
    stop: async () => {
      await Promise.all(all.map((one) => one.stop()));
    },
  };
};

/** Resolves as soon as a cache was read once, or rejects: nothing is said of what was not seen. */
export const whenSynced = async (
  caches: readonly Pick<WatchCache<unknown>, 'synced'>[],
  patienceMs = 5_000,
): Promise<void> => {
  const endMs = Date.now() + patienceMs;
  while (caches.some(({ synced }) => !synced)) {
    if (Date.now() >= endMs) throw new Error('The cluster was not read yet');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
