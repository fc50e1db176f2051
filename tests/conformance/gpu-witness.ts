import type { Cluster, KubeObject } from './kube-peer.ts';

/** What was seen of a cluster while jobs came and went. */
export interface Witness {
  readonly looks: number;
  /** Nodes on which pods held more GPUs than there are, by where they were bound and by where they were sent. */
  readonly oversubscribed: ReadonlySet<string>;
  /** Pods that were made more than once. */
  readonly madeTwice: ReadonlySet<string>;
  readonly mostAtOnce: number;
  stop(): Promise<void>;
}

const gpusPerNode = 8;

const gpusOf = ({ spec }: KubeObject): number => {
  const containers = spec['containers'] as { resources?: { limits?: Record<string, string> } }[];
  return containers.reduce((sum, one) => sum + Number(one.resources?.limits?.['nvidia.com/gpu'] ?? 0), 0);
};

/** Looks at the API server's own pods, over and over. */
export const witnessGpus = (cluster: Pick<Cluster, 'allPods'>, pauseMs = 100): Witness => {
  const seen = { looks: 0, mostAtOnce: 0, oversubscribed: new Set<string>(), madeTwice: new Set<string>() };
  const uids = new Map<string, string>();
  let stopping = false;

  const judge = (pods: readonly KubeObject[]): void => {
    const held = new Map<string, number>();
    const add = (place: string, gpus: number): void => {
      const sum = (held.get(place) ?? 0) + gpus;
      held.set(place, sum);
      if (sum > gpusPerNode) seen.oversubscribed.add(`${place}: ${sum}`);
    };
    const living = pods.filter(({ status }) => !['Succeeded', 'Failed'].includes(String(status?.['phase'])));
    for (const pod of pods) {
      const { name, uid } = pod.metadata;
      const known = uids.get(name);
      uids.set(name, uid);
      if (known !== undefined && known !== uid) seen.madeTwice.add(name);
    }
    for (const pod of living) {
      const bound = pod.spec['nodeName'];
      if (typeof bound === 'string') add(`bound to ${bound}`, gpusOf(pod));
      const sent = pod.metadata.annotations?.['gpushield.io/node'];
      if (sent !== undefined) add(`sent to ${sent}`, gpusOf(pod));
    }
    const all = living.reduce((sum, pod) => sum + gpusOf(pod), 0);
    seen.mostAtOnce = Math.max(seen.mostAtOnce, all);
    seen.looks += 1;
  };

  const run = async (): Promise<void> => {
    while (!stopping) {
      judge(await cluster.allPods());
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const running = run();
  running.catch(() => undefined);
  return {
    get looks() {
      return seen.looks;
    },
    get oversubscribed() {
      return seen.oversubscribed;
    },
    get madeTwice() {
      return seen.madeTwice;
    },
    get mostAtOnce() {
      return seen.mostAtOnce;
    },
    stop: () => {
      stopping = true;
      return running;
    },
  };
};
