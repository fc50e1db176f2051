import {
  isId,
  isNodeName,
  jobLabel,
  managedBy,
  managedLabel,
  nodeAnnotation,
  rankLabel,
  worldAnnotation,
} from './names.ts';
import { effectiveRequests, type Amounts } from './requests.ts';
import {
  isJson,
  listIn,
  numberIn,
  objectIn,
  readQuantity,
  textIn,
  textsIn,
  timeIn,
  type Json,
} from './read.ts';

/** A container as its kubelet tells it. */
export interface SeenContainer {
  readonly image: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** Reason and message of a container that waits. */
  readonly waiting: { readonly reason: string; readonly message: string } | undefined;
  readonly terminated:
    | {
        readonly exitCode: number | null;
        readonly reason: string;
        readonly message: string;
        readonly atMs: number | undefined;
      }
    | undefined;
  /** Why it ended the time before. */
  readonly lastEnd: { readonly reason: string; readonly atMs: number | undefined } | undefined;
}

export interface SeenPod {
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Only of pods that carry our labels. */
  readonly job: { readonly jobId: string; readonly rank: number } | undefined;
  readonly madeForNode: string;
  /** How many pods its job has. */
  readonly world: number;
  readonly nodeName: string;
  readonly phase: string;
  readonly reason: string;
  readonly message: string;
  readonly deleting: boolean;
  readonly createdMs: number | undefined;
  readonly ready: boolean;
  readonly unscheduled: { readonly message: string; readonly sinceMs: number | undefined } | undefined;
  readonly disruption: string;
  readonly containers: readonly SeenContainer[];
  readonly initContainers: readonly SeenContainer[];
  readonly requests: Amounts;
}

export interface SeenNode {
  readonly key: string;
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly ready: boolean;
  readonly cordoned: boolean;
  /** Of taints that keep pods away. */
  readonly taints: readonly string[];
  readonly allocatable: Amounts;
  readonly addresses: readonly { readonly kind: string; readonly address: string }[];
}

export interface SeenService {
  readonly key: string;
  readonly jobId: string;
  readonly rank: number;
  /** By the ports' names. */
  readonly nodePorts: ReadonlyMap<string, number>;
}

export const amountsIn = (value: Json, key: string): Amounts =>
  new Map(
    Object.entries(objectIn(value, key)).flatMap(([name, given]) => {
      const amount = readQuantity(given);
      return amount === undefined ? [] : [[name, amount] as const];
    }),
  );

const containerOf = (status: Json): SeenContainer => {
  const state = objectIn(status, 'state');
  const last = objectIn(objectIn(status, 'lastState'), 'terminated');
  const { waiting, terminated } = state;
  return {
    image: textIn(status, 'image'),
    ready: status['ready'] === true,
    restarts: numberIn(status, 'restartCount') ?? 0,
    waiting: isJson(waiting)
      ? { reason: textIn(waiting, 'reason'), message: textIn(waiting, 'message') }
      : undefined,
    terminated: isJson(terminated)
      ? {
          exitCode: numberIn(terminated, 'exitCode') ?? null,
          reason: textIn(terminated, 'reason'),
          message: textIn(terminated, 'message'),
          atMs: timeIn(terminated, 'finishedAt'),
        }
      : undefined,
    lastEnd:
      Object.keys(last).length === 0
        ? undefined
        : { reason: textIn(last, 'reason'), atMs: timeIn(last, 'finishedAt') },
  };
};

const maxRank = 1_000;
/** Whose job a labelled object is; undefined for what is not ours. */
const jobOf = (labels: ReadonlyMap<string, string>): SeenPod['job'] => {
  const jobId = labels.get(jobLabel) ?? '';
  const rank = Number(labels.get(rankLabel) ?? '0');
  if (labels.get(managedLabel) !== managedBy || !isId(jobId)) return undefined;
  return Number.isSafeInteger(rank) && rank >= 0 && rank < maxRank ? { jobId, rank } : undefined;
};

const conditionOf = (status: Json, type: string): Json | undefined =>
  listIn(status, 'conditions').find((condition) => condition['type'] === type);

/** A pod; undefined for what is none. Our labels count in our namespaces alone. */
export const readPod = (value: unknown, ourNamespaces: readonly string[]): SeenPod | undefined => {
  if (!isJson(value)) return undefined;
  const metadata = objectIn(value, 'metadata');
  const [namespace, name] = [textIn(metadata, 'namespace'), textIn(metadata, 'name')];
  if (name === '') return undefined;
  const [spec, status] = [objectIn(value, 'spec'), objectIn(value, 'status')];
  const scheduled = conditionOf(status, 'PodScheduled');
  const nodeName = textIn(spec, 'nodeName');
  const annotations = textsIn(metadata, 'annotations');
  return {
    key: `${namespace}/${name}`,
    namespace,
    name,
    uid: textIn(metadata, 'uid'),
    job: ourNamespaces.includes(namespace) ? jobOf(textsIn(metadata, 'labels')) : undefined,
    madeForNode: annotations.get(nodeAnnotation) ?? '',
    world: Math.max(1, Number(annotations.get(worldAnnotation) ?? '1') || 1),
    nodeName: isNodeName(nodeName) ? nodeName : '',
    phase: textIn(status, 'phase'),
    reason: textIn(status, 'reason'),
    message: textIn(status, 'message'),
    deleting: textIn(metadata, 'deletionTimestamp') !== '',
    createdMs: timeIn(metadata, 'creationTimestamp'),
    ready: conditionOf(status, 'Ready')?.['status'] === 'True',
    unscheduled:
      scheduled?.['status'] === 'False' && textIn(scheduled, 'reason') === 'Unschedulable'
        ? { message: textIn(scheduled, 'message'), sinceMs: timeIn(scheduled, 'lastTransitionTime') }
        : undefined,
    disruption: textIn(conditionOf(status, 'DisruptionTarget') ?? {}, 'message'),
    containers: listIn(status, 'containerStatuses').map(containerOf),
    initContainers: listIn(status, 'initContainerStatuses').map(containerOf),
    requests: effectiveRequests(spec),
  };
};

export const readNode = (value: unknown): SeenNode | undefined => {
  if (!isJson(value)) return undefined;
  const metadata = objectIn(value, 'metadata');
  const name = textIn(metadata, 'name');
  if (!isNodeName(name)) return undefined;
  const [spec, status] = [objectIn(value, 'spec'), objectIn(value, 'status')];
  return {
    key: name,
    name,
    labels: textsIn(metadata, 'labels'),
    ready: conditionOf(status, 'Ready')?.['status'] === 'True',
    cordoned: spec['unschedulable'] === true,
    taints: listIn(spec, 'taints')
      .filter((taint) => ['NoSchedule', 'NoExecute'].includes(textIn(taint, 'effect')))
      .map((taint) => textIn(taint, 'key')),
    allocatable: amountsIn(status, 'allocatable'),
    addresses: listIn(status, 'addresses').map((one) => ({
      kind: textIn(one, 'type'),
      address: textIn(one, 'address'),
    })),
  };
};

const isPort = (port: number | undefined): port is number =>
  port !== undefined && Number.isInteger(port) && port > 0 && port < 65_536;

/** A service of one of our jobs, with the ports that the cluster gave it. */
export const readService = (value: unknown): SeenService | undefined => {
  if (!isJson(value)) return undefined;
  const metadata = objectIn(value, 'metadata');
  const job = jobOf(textsIn(metadata, 'labels'));
  if (job === undefined) return undefined;
  const ports = listIn(objectIn(value, 'spec'), 'ports').flatMap((port) => {
    const nodePort = numberIn(port, 'nodePort');
    return isPort(nodePort) ? [[textIn(port, 'name'), nodePort] as const] : [];
  });
  return { key: textIn(metadata, 'name'), ...job, nodePorts: new Map(ports) };
};
