import type { Logger } from 'pino';
import type { Clock } from '../../../../platform/clock.ts';
import { RuntimeRefusal, type Runtime } from '../port.ts';
import { createKubeApi } from './api.ts';
import { watchCluster, whenSynced, type ClusterWatch } from './cluster-watch.ts';
import { createConnection } from './connection.ts';
import { createKubernetesDisks } from './disks.ts';
import { describeNodes } from './free-units.ts';
import { imageOf, runtimeClassOf } from './pod-spec.ts';
import type { KubernetesSettings } from './settings.ts';
import { ensureJob } from './make-job.ts';
import { listJobs, observeJob } from './observe-job.ts';
import { removeJob } from './remove-job.ts';
import { createVisits } from './visits.ts';
import type { WorkloadDeps } from './workload-deps.ts';

export interface KubernetesRuntimeOptions {
  readonly settings: KubernetesSettings;
  readonly clock: Clock;
  readonly log: Logger;
}

const refusesIn =
  (settings: KubernetesSettings): Runtime['refuses'] =>
  ({ image, dockerfile, profile, requireKata, type }) => {
    if (dockerfile !== null)
      return 'A Dockerfile needs a builder in the cluster, and none is offered: push an image, and name it with image';
    if (profile === 'profiling') return 'The profiling profile is not offered in this cluster';
    try {
      imageOf(image, settings);
      runtimeClassOf({ requireKata, type }, settings);
      return null;
    } catch (error) {
      if (error instanceof RuntimeRefusal) return error.message;
      throw error;
    }
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

  const deps: WorkloadDeps = { api, settings, clock, watch, ensured: new Map() };

  return {
    name: 'kubernetes',
    ensure: (spec) => ensureJob(deps, spec),
    observe: ({ jobId }) => observeJob(deps, jobId),
    list: () => listJobs(deps),
    remove: ({ jobId }, { graceSeconds }) => removeJob(deps, jobId, graceSeconds),
    ...createVisits({ api, connection, settings }),
    disks: createKubernetesDisks({ api, settings, clock }),
    refuses: refusesIn(settings),
    onChange: (listener) => {
      listeners.push(listener);
    },
    start: () => {
      watching ??= watchCluster({
        api,
        namespace: settings.namespace,
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
