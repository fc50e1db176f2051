import type { Logger } from 'pino';
import type { Clock } from '../../../../platform/clock.ts';
import type { Runtime, WorkloadProfile, WorkloadRef } from '../port.ts';
import { createKubeApi } from './api.ts';
import { watchCluster, whenSynced, type ClusterWatch } from './cluster-watch.ts';
import { createConnection, type Connection } from './connection.ts';
import { createKubernetesDisks } from './disks.ts';
import { describeNodes } from './free-units.ts';
import type { KubernetesSettings } from './settings.ts';
import { ensureJob } from './make-job.ts';
import { listJobs, observeJob } from './observe-job.ts';
import { refusesIn } from './refuses.ts';
import { removeJob } from './remove-job.ts';
import { createVisits } from './visits.ts';
import type { WorkloadDeps } from './workload-deps.ts';

export interface KubernetesRuntimeOptions {
  readonly settings: KubernetesSettings;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Jobs of another profile are in a namespace of their own, as Pod Security tells namespaces apart and not pods. */
const placesOf = (
  settings: KubernetesSettings,
): readonly (readonly [WorkloadProfile, KubernetesSettings])[] => {
  const { profilingNamespace: namespace } = settings;
  const restricted = ['restricted', settings] as const;
  return namespace === undefined ? [restricted] : [restricted, ['profiling', { ...settings, namespace }]];
};

/** What is asked for the job of a reference, in the namespace of its profile. */
const createPlaces = (
  shared: Omit<WorkloadDeps, 'settings' | 'profile'> & { readonly connection: Connection },
  settings: KubernetesSettings,
) => {
  const all = placesOf(settings).map(([profile, place]) => {
    const deps: WorkloadDeps = { ...shared, settings: place, profile };
    return { deps, visits: createVisits({ ...shared, settings: place }) };
  });
  return {
    all,
    of: ({ profile }: WorkloadRef) => {
      const place = all.find(({ deps }) => deps.profile === profile);
      if (place === undefined) throw new Error('The namespace of profiling jobs is no longer configured');
      return place;
    },
  };
};

/**
 * Jobs in a cluster. Everything of a job is an object with names and labels that follow from its id, so that any server
 * finds what another left: there is nothing to adopt but what the cluster says.
 */
export const createKubernetesRuntime = ({ settings, clock, log }: KubernetesRuntimeOptions): Runtime => {
  const connection = createConnection(settings.kubeconfig);
  const api = createKubeApi(connection);
  const listeners: ((jobId: string) => void)[] = [];
  let watching: ClusterWatch | undefined;
  const watch = (): ClusterWatch => {
    if (watching === undefined) throw new Error('The cluster is not watched');
    return watching;
  };

  const places = createPlaces({ api, connection, clock, watch, ensured: new Map() }, settings);

  return {
    name: 'kubernetes',
    ensure: async (spec) => {
      const { deps, visits } = places.of(spec);
      await ensureJob(deps, spec);
      if (spec.closed) await visits.endLogins(spec);
    },
    observe: async (ref) => observeJob(places.of(ref).deps, ref.jobId),
    list: async () => (await Promise.all(places.all.map(({ deps }) => listJobs(deps)))).flat(),
    remove: async (ref, { graceSeconds }) => removeJob(places.of(ref).deps, ref.jobId, graceSeconds),
    logs: async (ref, options) => places.of(ref).visits.logs(ref, options),
    terminal: async (ref, options) => places.of(ref).visits.terminal(ref, options),
    notify: async (ref, note) => places.of(ref).visits.notify(ref, note),
    activity: async (ref) => places.of(ref).visits.activity(ref),
    describe: async (ref) => places.of(ref).visits.describe(ref),
    disks: createKubernetesDisks({ api, settings, clock }),
    refuses: refusesIn(settings),
    onChange: (listener) => {
      listeners.push(listener);
    },
    start: () => {
      watching ??= watchCluster({
        api,
        namespaces: places.all.map(({ deps }) => deps.settings.namespace),
        clock,
        log,
        changed: (jobId) => {
          for (const listener of listeners) listener(jobId);
        },
      });
      return Promise.resolve();
    },
    stop: async () => {
      await watching?.stop();
      watching = undefined;
    },
    capacity: async (types) => {
      const { nodes, pods } = watch();
      await whenSynced([nodes, pods]);
      if (!nodes.isFresh() || !pods.isFresh()) throw new Error('The cluster cannot be watched now');
      return {
        nodes: describeNodes(nodes.items.values(), pods.items.values(), types),
        observedAtMs: clock.nowMs(),
      };
    },
  };
};
