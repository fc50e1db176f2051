import { Gpu, Node } from '@gpushield/contracts';
import { devices, simulateCourse, type FleetGpu, type SimulatedGpu } from '@gpushield/simulator';
import { checked } from '../api/check.ts';
import type { Api } from '../api/client.ts';

/** The cluster that simulated nodes stand in; they also carry the label `simulated`. */
export const simulatedCluster = 'simulated';
const simulatedLabel = 'simulated';

export interface RegisteredGpu {
  readonly gpuId: string;
  readonly simulated: SimulatedGpu;
  readonly plan: FleetGpu;
}

export interface RegisteredNode {
  readonly nodeId: string;
  readonly name: string;
  readonly gpus: readonly RegisteredGpu[];
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

const registerNode = async (
  api: Api,
  name: string,
  seed: number,
  plans: readonly FleetGpu[],
): Promise<RegisteredNode> => {
  const node = checked(
    Node,
    await api.send('POST', '/api/v1/nodes', {
      name,
      cluster_id: simulatedCluster,
      operating_system: 'simulated',
      labels: { [simulatedLabel]: 'true', 'simulated.seed': String(seed) },
    }),
  );
  const gpus: RegisteredGpu[] = [];
  for (const plan of plans) {
    const { vendor, model, memoryMib } = devices[plan.course.device];
    const gpu = checked(
      Gpu,
      await api.send('POST', `/api/v1/nodes/${node.id}/gpus`, {
        vendor,
        model,
        device_id: `0000:${hex(plan.gpu + 1, 2)}:00.0`,
        uuid: `SIM-${node.id}-${plan.gpu}`,
        memory_total: memoryMib,
      }),
    );
    gpus.push({ gpuId: gpu.id, simulated: simulateCourse(plan.course), plan });
  }
  return { nodeId: node.id, name, gpus };
};

/** Runs `work` on every item, some at a time. */
export const inParallel = async <T>(
  items: readonly T[],
  width: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> => {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      const item = items[index];
      if (item !== undefined) await work(item, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
};

/** Registers a planned fleet through the public API, labelled as simulated. */
export const registerFleet = async (
  api: Api,
  options: {
    readonly fleet: readonly FleetGpu[];
    readonly prefix: string;
    readonly seed: number;
    readonly width: number;
    readonly onProgress: (nodes: number) => void;
  },
): Promise<readonly RegisteredNode[]> => {
  const { fleet, prefix, seed, width, onProgress } = options;
  const plans = new Map<number, FleetGpu[]>();
  for (const gpu of fleet) plans.set(gpu.node, [...(plans.get(gpu.node) ?? []), gpu]);
  const nodes: RegisteredNode[] = [];
  await inParallel([...plans], width, async ([node, gpus]) => {
    nodes[node] = await registerNode(api, `${prefix}-${hex(node, 4)}`, seed, gpus);
    onProgress(nodes.filter(Boolean).length);
  });
  return nodes;
};

const maxNodes = 20_000;

/** Removes the simulated nodes whose names begin with the prefix, with GPUs and findings; answers how many. */
export const removeFleet = async (api: Api, prefix: string, width: number): Promise<number> => {
  const { items } = await api.list(
    '/api/v1/nodes',
    { cluster_id: simulatedCluster, name: `${prefix}-` },
    maxNodes,
  );
  const nodes = items
    .map((item) => checked(Node, item))
    .filter(({ labels }) => labels[simulatedLabel] === 'true');
  await inParallel(nodes, width, async ({ id }) => {
    await api.send('DELETE', `/api/v1/nodes/${id}`);
  });
  return nodes.length;
};
