import type { WorkloadMember, WorkloadObservation, WorkloadState } from '../port.ts';
import { isBuilding } from './build-image.ts';
import { explainPods, oomKills } from './explain-pods.ts';
import type { SeenPod } from './facts.ts';
import { jupyterPort } from './inside/scripts.ts';
import { isId, jobIdOf, ourSelector, selectorOf } from './names.ts';
import { pathsIn } from './paths.ts';
import { podsInCache, podsOf, podsOnServer, type WorkloadDeps } from './workload-deps.ts';

const memberOf = ({ watch, settings }: WorkloadDeps, pod: SeenPod): WorkloadMember => {
  const node = watch().nodes.items.get(pod.nodeName || pod.madeForNode);
  const host = node?.addresses.find(({ kind }) => kind === settings.addressKind)?.address;
  const sshPort = watch().doorOf(pod.name)?.nodePorts.get('ssh');
  const isReachable = host !== undefined && host !== '' && sshPort !== undefined;
  return {
    rank: pod.job?.rank ?? 0,
    node: pod.nodeName || pod.madeForNode,
    podName: pod.name,
    podUid: pod.uid === '' ? null : pod.uid,
    host: isReachable ? host : null,
    sshPort: isReachable ? sshPort : null,
  };
};

const observation = (
  deps: WorkloadDeps,
  jobId: string,
  pods: readonly SeenPod[],
  state: WorkloadState,
): WorkloadObservation => {
  const oom = oomKills(pods);
  return {
    jobId,
    profile: deps.profile,
    state,
    members: [...pods]
      .sort((a, b) => (a.job?.rank ?? 0) - (b.job?.rank ?? 0))
      .map((pod) => memberOf(deps, pod)),
    // Through SSH alone (-L): the door of a job is no place for tokens in the clear.
    jupyter: { url: state.kind === 'running' ? `http://127.0.0.1:${jupyterPort}/lab` : null, error: null },
    oomCount: oom.count,
    lastOomAtMs: oom.lastMs,
  };
};

/** Ids of jobs of which there is anything but pods. */
const remainders = async (
  { api, settings }: WorkloadDeps,
  selector: string,
): Promise<ReadonlySet<string>> => {
  const { services, secrets, policies } = pathsIn(settings.namespace);
  const lists = await Promise.all(
    [services, secrets, policies].map((path) => api.list(path, { labelSelector: selector })),
  );
  return new Set(lists.flatMap(({ items }) => items.map(jobIdOf)).filter(isId));
};

const building: WorkloadState = { kind: 'starting', progress: 'Its image is being built' };

const explain = ({ clock, settings }: WorkloadDeps, pods: readonly SeenPod[]): WorkloadState =>
  explainPods(pods, { nowMs: clock.nowMs(), patienceMs: settings.patienceMs });

/** How a job stands. Absent is said of what the server itself does not have, never of what was not heard of. */
export const observeJob = async (deps: WorkloadDeps, jobId: string): Promise<WorkloadObservation> => {
  const cached = deps.watch().pods.isFresh() ? podsInCache(deps, jobId) : [];
  if (cached.length > 0) return observation(deps, jobId, cached, explain(deps, cached));
  try {
    const live = await podsOf(deps, jobId);
    if (live.length > 0) return observation(deps, jobId, live, explain(deps, live));
    const rest = await remainders(deps, selectorOf(jobId));
    if (!rest.has(jobId)) return observation(deps, jobId, [], { kind: 'absent' });
    return observation(deps, jobId, [], (await isBuilding(deps, jobId)) ? building : { kind: 'ending' });
  } catch (error) {
    const reason = `The cluster cannot be asked now${error instanceof Error ? `: ${error.message}` : ''}`;
    return observation(deps, jobId, [], { kind: 'unknown', reason });
  }
};

/** Every job of which anything is there. Rejects where it cannot be said. */
export const listJobs = async (deps: WorkloadDeps): Promise<readonly WorkloadObservation[]> => {
  const pods = await podsOnServer(deps, ourSelector);
  const byJob = Map.groupBy(pods, ({ job }) => job?.jobId ?? '');
  const rest = await remainders(deps, ourSelector);
  const ids = new Set([...byJob.keys(), ...rest]);
  ids.delete('');
  return [...ids].map((jobId) => {
    const own = byJob.get(jobId) ?? [];
    return observation(deps, jobId, own, own.length === 0 ? { kind: 'ending' } : explain(deps, own));
  });
};
