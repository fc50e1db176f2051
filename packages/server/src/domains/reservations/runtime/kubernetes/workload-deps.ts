import type { Clock } from '../../../../platform/clock.ts';
import type { WorkloadProfile } from '../port.ts';
import type { KubeApi } from './api.ts';
import type { ClusterWatch } from './cluster-watch.ts';
import { readPod, type SeenPod } from './facts.ts';
import { selectorOf } from './names.ts';
import { pathsIn } from './paths.ts';
import type { KubernetesSettings } from './settings.ts';

export interface WorkloadDeps {
  readonly api: KubeApi;
  /** Of the place that the job is in. */
  readonly settings: KubernetesSettings;
  readonly profile: WorkloadProfile;
  readonly watch: () => ClusterWatch;
  readonly clock: Clock;
  /** Hashes of what jobs were last made to be. */
  readonly ensured: Map<string, string>;
}

export const podsInCache = (deps: WorkloadDeps, jobId: string): readonly SeenPod[] => [
  ...(deps.watch().podsOfJobs.get(jobId)?.values() ?? []),
];

/** Asked of the server itself. */
export const podsOnServer = async (deps: WorkloadDeps, selector: string): Promise<readonly SeenPod[]> => {
  const { namespace } = deps.settings;
  const { items } = await deps.api.list(pathsIn(namespace).pods, { labelSelector: selector });
  return items.flatMap((item) => readPod(item, [namespace]) ?? []);
};

export const podsOf = (deps: WorkloadDeps, jobId: string): Promise<readonly SeenPod[]> =>
  podsOnServer(deps, selectorOf(jobId));
