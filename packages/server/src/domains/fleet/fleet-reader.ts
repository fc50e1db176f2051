import type { Gpu, Node, Sensor } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import { gpusByIds, gpusOfNodes, listGpus, presentGpu, type GpuFilter } from './gpu-store.ts';
import { listNodes, nodesByIds, presentNode, type NodeFilter } from './node-store.ts';
import {
  listSensors,
  presentSensor,
  sensorsByIds,
  sensorsOfNodes,
  type SensorFilter,
} from './sensor-store.ts';
import { newestFirst } from './sql.ts';

/** Something listed, with its place in the list's order. */
export interface Placed<T> {
  readonly item: T;
  readonly position: CursorPosition;
}
type List<F, T> = (
  db: Executor,
  filter: F,
  limit: number,
  after: CursorPosition | undefined,
) => Promise<readonly Placed<T>[]>;
type ByIds<T> = (db: Executor, ids: readonly string[]) => Promise<readonly T[]>;

/** The fleet as clients see it, listed newest first or many at once: one statement for any number of ids. */
export interface FleetReader {
  readonly nodes: List<NodeFilter, Node>;
  readonly gpus: List<GpuFilter, Gpu>;
  readonly sensors: List<SensorFilter, Sensor>;
  readonly nodesByIds: ByIds<Node>;
  readonly gpusByIds: ByIds<Gpu>;
  readonly sensorsByIds: ByIds<Sensor>;
  /** At most 256 of each node. */
  readonly gpusOfNodes: ByIds<Gpu>;
  /** At most 64 of each node. */
  readonly sensorsOfNodes: ByIds<Sensor>;
}

type Row = Parameters<typeof newestFirst>[0];

const placed = <R extends Row, F, T>(
  list: (db: Executor, filter: F, limit: number, after: CursorPosition | undefined) => Promise<readonly R[]>,
  present: (row: R) => T,
): List<F, T> => {
  return async (db, filter, limit, after) =>
    (await list(db, filter, limit, after)).map((row) => ({ item: present(row), position: newestFirst(row) }));
};

export const fleetReader: FleetReader = {
  nodes: placed(listNodes, presentNode),
  gpus: placed(listGpus, presentGpu),
  sensors: placed(listSensors, presentSensor),
  nodesByIds: async (db, ids) => (await nodesByIds(db, ids)).map(presentNode),
  gpusByIds: async (db, ids) => (await gpusByIds(db, ids)).map(presentGpu),
  sensorsByIds: async (db, ids) => (await sensorsByIds(db, ids)).map(presentSensor),
  gpusOfNodes: async (db, ids) => (await gpusOfNodes(db, ids)).map(presentGpu),
  sensorsOfNodes: async (db, ids) => (await sensorsOfNodes(db, ids)).map(presentSensor),
};
