import type { RuntimeNode, RuntimePool, WorkloadType } from '../port.ts';
import type { SeenNode, SeenPod } from './facts.ts';
import type { Amounts } from './requests.ts';

/** Of a node's CPU and memory, what jobs ask for together; the rest is for what every node runs. */
export const requestedShare = 0.9;
/** Taints that pods of jobs bear: those of GPU nodes, and one for nodes that are for jobs alone. */
export const toleratedTaints: readonly string[] = [
  'nvidia.com/gpu',
  'amd.com/gpu',
  'gpu.intel.com/i915',
  'gpushield.io/jobs',
];

const mebibyte = 2 ** 20;
const fits = (type: WorkloadType, node: SeenNode): boolean =>
  Object.entries(type.nodeLabels).every(([name, value]) => node.labels.get(name) === value);

/** What the node has of a type: devices that it really offers, or slots. */
export const unitsOf = (type: WorkloadType, node: SeenNode): number =>
  type.kind === 'cpu'
    ? type.slotsPerNode
    : Math.floor(type.resourceName === null ? 0 : (node.allocatable.get(type.resourceName) ?? 0));

/** Units that no longer fit beside what others ask of a resource that jobs share. */
const crowdedOut = (total: number, allocatable: number, others: number): number => {
  const unit = (allocatable * requestedShare) / total;
  if (unit <= 0) return total;
  // Whole millionths: sums of decimal fractions are a hair off.
  return total - Math.max(0, Math.min(total, Math.floor((allocatable - others) / unit + 1e-6)));
};

const poolOf = (type: WorkloadType, node: SeenNode, others: Amounts): RuntimePool => {
  const total = unitsOf(type, node);
  const of = (name: string): number =>
    total === 0 ? 0 : crowdedOut(total, node.allocatable.get(name) ?? 0, others.get(name) ?? 0);
  const devices = type.resourceName === null ? 0 : Math.ceil(others.get(type.resourceName) ?? 0);
  return {
    gpuType: type.gpuType,
    total,
    usedByOthers: Math.min(total, Math.max(devices, of('cpu'), of('memory'))),
    deviceIds: null,
  };
};

/**
 * The types that a node offers. Each resource is of one type alone, the one that names most labels: two types of the
 * table that mean the same devices must not both give them away.
 */
const typesOf = (types: readonly WorkloadType[], node: SeenNode): readonly WorkloadType[] => {
  const byResource = new Map<string, WorkloadType>();
  const weight = (type: WorkloadType): number => Object.keys(type.nodeLabels).length;
  for (const type of types) {
    // A type that names neither labels nor a resource would be offered by every node.
    if (!fits(type, node) || (type.kind === 'cpu' && weight(type) === 0)) continue;
    if (type.kind !== 'cpu' && (type.resourceName === null || !node.allocatable.has(type.resourceName)))
      continue;
    const resource = type.resourceName ?? 'slots';
    const known = byResource.get(resource);
    if (known === undefined || weight(type) > weight(known)) byResource.set(resource, type);
  }
  return [...byResource.values()];
};

const closedBecause = (node: SeenNode): string | null => {
  if (node.cordoned) return 'cordoned in the cluster';
  const taint = node.taints.find((key) => !toleratedTaints.includes(key));
  return taint === undefined ? null : `tainted: ${taint}`;
};

const isOver = (pod: SeenPod): boolean => pod.phase === 'Succeeded' || pod.phase === 'Failed';

/** What pods that are not ours ask of each node. */
const takenByOthers = (pods: Iterable<SeenPod>): ReadonlyMap<string, Amounts> => {
  const taken = new Map<string, Map<string, number>>();
  for (const pod of pods) {
    if (pod.job !== undefined || pod.nodeName === '' || isOver(pod)) continue;
    const of = taken.get(pod.nodeName) ?? new Map<string, number>();
    for (const [name, amount] of pod.requests) of.set(name, (of.get(name) ?? 0) + amount);
    taken.set(pod.nodeName, of);
  }
  return taken;
};

/**
 * Nodes with what they have and what others hold of it: allocatable, less the effective requests of the pods that are
 * bound to them. Our own are counted by their allocations, which are there before their pods.
 */
export const describeNodes = (
  nodes: Iterable<SeenNode>,
  pods: Iterable<SeenPod>,
  types: readonly WorkloadType[],
): readonly RuntimeNode[] => {
  const taken = takenByOthers(pods);
  const none: Amounts = new Map();
  return [...nodes].map((node) => ({
    name: node.name,
    ready: node.ready,
    unschedulableReason: closedBecause(node),
    pools: typesOf(types, node).map((type) => poolOf(type, node, taken.get(node.name) ?? none)),
    cpuMillis: Math.floor((node.allocatable.get('cpu') ?? 0) * 1000),
    memoryMib: Math.floor((node.allocatable.get('memory') ?? 0) / mebibyte),
  }));
};
