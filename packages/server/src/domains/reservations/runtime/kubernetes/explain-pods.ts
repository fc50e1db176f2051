import type { WorkloadState } from '../port.ts';
import type { SeenContainer, SeenPod } from './facts.ts';

/** How long what may pass by itself is waited for. */
export interface Patience {
  readonly nowMs: number;
  readonly patienceMs: number;
}

/** What a container that waits may never come out of. */
const hopeless: ReadonlySet<string> = new Set(['InvalidImageName', 'ErrImageNeverPull']);
const pulling: ReadonlySet<string> = new Set(['ErrImagePull', 'ImagePullBackOff', 'RegistryUnavailable']);
const stuck: ReadonlySet<string> = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'CrashLoopBackOff',
]);
/** Answers of registries that the next attempt will get too. */
const final =
  /not found|manifest unknown|repository does not exist|access denied|unauthorized|authentication required|no basic auth/i;
/** Why a kubelet turned a pod away, or a node gave it up: another place may do. */
const placeReasons =
  /^(OutOf.*|UnexpectedAdmissionError|NodeAffinity|NodeShutdown|Terminated|NodeLost|Shutdown|Preempting|Preempted|TopologyAffinityError)$/;

const failed = (reason: string, requeue = false): WorkloadState => ({ kind: 'failed', reason, requeue });
const after = (text: string): string => (text === '' ? '' : `: ${text}`);

const waitedTooLong = (pod: SeenPod, { nowMs, patienceMs }: Patience, sinceMs = pod.createdMs): boolean =>
  sinceMs !== undefined && nowMs - sinceMs >= patienceMs;

/** A container that waits for something; undefined: for nothing out of the usual. */
const explainWaiting = (
  pod: SeenPod,
  { image, waiting }: SeenContainer,
  patience: Patience,
): WorkloadState | undefined => {
  if (waiting === undefined) return undefined;
  const { reason, message } = waiting;
  if (hopeless.has(reason)) return failed(`The image ${image} cannot be used (${reason})${after(message)}`);
  if (pulling.has(reason)) {
    const words = `The image ${image} could not be pulled (${reason})${after(message)}`;
    return final.test(message) || waitedTooLong(pod, patience)
      ? failed(words)
      : { kind: 'starting', progress: `${words}; it is tried again` };
  }
  if (!stuck.has(reason)) return undefined;
  const words = `The container could not be started (${reason})${after(message)}`;
  return waitedTooLong(pod, patience) ? failed(words) : { kind: 'starting', progress: words };
};

const outOfMemory = 'It ran out of memory and was killed (OOM): ask for more GPUs of the node, or use less';

/** The end of a container; undefined while it has not ended. */
const explainEnd = ({ terminated }: SeenContainer): WorkloadState | undefined => {
  if (terminated === undefined) return undefined;
  const { reason, exitCode, message } = terminated;
  if (reason === 'OOMKilled') return failed(outOfMemory);
  if (reason === 'ContainerCannotRun' || reason === 'StartError')
    return failed(`The container could not be started (${reason})${after(message)}`);
  return reason === 'ContainerStatusUnknown' ? undefined : { kind: 'ended', exitCode };
};

/** A pod that is over as a whole, by the reason that its kubelet or its node gave. */
const explainPodReason = (pod: SeenPod): WorkloadState | undefined => {
  const { reason, message, phase } = pod;
  if (reason === 'Evicted') return failed(`It was evicted from ${pod.nodeName}${after(message)}`, true);
  if (reason === 'DeadlineExceeded') return failed('It ran for longer than the cluster allows');
  if (phase === 'Failed' && placeReasons.test(reason))
    return failed(`${pod.nodeName || 'Its node'} could not keep it (${reason})${after(message)}`, true);
  return undefined;
};

const explainPlace = (pod: SeenPod, patience: Patience): WorkloadState => {
  const { unscheduled } = pod;
  if (unscheduled === undefined)
    return { kind: 'starting', progress: `Waiting for its place on ${pod.madeForNode}` };
  const words = `${pod.madeForNode} has no room for it${after(unscheduled.message)}`;
  return waitedTooLong(pod, patience, unscheduled.sinceMs ?? pod.createdMs)
    ? failed(words, true)
    : { kind: 'starting', progress: words };
};

/** How one pod stands, in words that its user understands. */
export const explainPod = (pod: SeenPod, patience: Patience): WorkloadState => {
  if (pod.deleting && pod.disruption === '') return { kind: 'ending' };
  const all = [...pod.initContainers, ...pod.containers];
  const whole = explainPodReason(pod);
  if (whole !== undefined) return whole;
  if (pod.deleting) return failed(`It was ended by the cluster: ${pod.disruption}`, true);
  for (const container of all) {
    const state = explainWaiting(pod, container, patience);
    if (state !== undefined) return state;
  }
  for (const container of pod.containers) {
    const state = explainEnd(container);
    if (state !== undefined) return state;
  }
  if (pod.phase === 'Failed')
    return failed(`It was ended by the cluster${after(pod.message || pod.reason || pod.disruption)}`, true);
  if (pod.phase === 'Succeeded') return { kind: 'ended', exitCode: 0 };
  if (pod.nodeName === '') return explainPlace(pod, patience);
  if (pod.phase === 'Running')
    return pod.ready
      ? { kind: 'running' }
      : { kind: 'starting', progress: 'It runs; its GPUs are being looked for from the inside' };
  return {
    kind: 'starting',
    progress: `${pod.nodeName} makes it: disks are attached and its image is pulled`,
  };
};

/** The worst goes first: one part that failed is the whole that failed. */
const rank = (state: WorkloadState): number => {
  if (state.kind === 'failed') return 0;
  if (state.kind === 'ending') return 1;
  if (state.kind === 'ended') return 2;
  return state.kind === 'running' ? 4 : 3;
};

/**
 * How a job of these pods stands. Its main process is that of rank 0; another rank that ends well does not end the job,
 * one that ends badly does.
 */
export const explainPods = (pods: readonly SeenPod[], patience: Patience): WorkloadState => {
  if (pods.length === 0) return { kind: 'absent' };
  const states = pods.map((pod) => ({ pod, state: explainPod(pod, patience) }));
  const counted = states
    .filter(({ pod, state }) => state.kind !== 'ended' || state.exitCode !== 0 || pod.job?.rank === 0)
    .sort((a, b) => rank(a.state) - rank(b.state));
  const worst = counted[0]?.state ?? { kind: 'ended', exitCode: 0 };
  const world = Math.max(...pods.map((pod) => pod.world));
  if (worst.kind === 'failed' || worst.kind === 'ending' || pods.length >= world) return worst;
  return pods.every((pod) => waitedTooLong(pod, patience))
    ? failed('A part of it is gone', true)
    : { kind: 'starting', progress: `${pods.length} of ${world} parts are made` };
};

/** Out-of-memory kills that its pods tell of. */
export const oomKills = (
  pods: readonly SeenPod[],
): { readonly count: number; readonly lastMs: number | null } => {
  const times = pods.flatMap(({ containers }) =>
    containers.flatMap(({ terminated, lastEnd }) =>
      [terminated, lastEnd].flatMap((end) => (end?.reason === 'OOMKilled' ? [end.atMs ?? 0] : [])),
    ),
  );
  const last = Math.max(0, ...times);
  return { count: times.length, lastMs: last === 0 ? null : last };
};
