import type { WorkloadPlacement, WorkloadType } from '../port.ts';
import type { SeenNode } from './facts.ts';
import { requestedShare, unitsOf } from './free-units.ts';

/** A job's part of a node. */
export interface Share {
  readonly cpuRequestMillis: number;
  readonly cpuLimitMillis: number;
  readonly memoryRequestMib: number;
  readonly memoryLimitMib: number;
  readonly threads: number;
}

const burst = 1.5;
const mebibyte = 2 ** 20;

/**
 * The part that a placement's units are of what the node really has. Memory has a limit of its own, the whole fraction:
 * a job that takes more is killed itself, and not its neighbours. Undefined where the node has nothing of the type.
 */
export const shareOf = (
  type: WorkloadType,
  { units }: Pick<WorkloadPlacement, 'units'>,
  node: SeenNode,
): Share | undefined => {
  const total = unitsOf(type, node);
  const cpu = Math.floor((node.allocatable.get('cpu') ?? 0) * 1000);
  const memory = Math.floor((node.allocatable.get('memory') ?? 0) / mebibyte);
  if (total < units || units < 1 || cpu < 1 || memory < 1) return undefined;
  const fraction = units / total;
  const cpuLimitMillis = Math.max(1, Math.min(cpu, Math.floor(cpu * fraction * burst)));
  return {
    cpuRequestMillis: Math.floor(cpu * fraction * requestedShare),
    cpuLimitMillis,
    memoryRequestMib: Math.floor(memory * fraction * requestedShare),
    memoryLimitMib: Math.max(1, Math.floor(memory * fraction)),
    threads: Math.max(1, Math.floor(cpuLimitMillis / 1000)),
  };
};
