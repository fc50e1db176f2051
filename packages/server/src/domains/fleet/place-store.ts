import type { Executor } from '../../platform/database/types.ts';
import type { Place } from './place-directory.ts';

interface PlaceRow {
  readonly id: string;
  readonly node_id: string;
  readonly owner_id: string;
}

const byId = (rows: readonly PlaceRow[]): ReadonlyMap<string, Place> =>
  new Map(rows.map((row) => [row.id, { nodeId: row.node_id, ownerId: row.owner_id }]));

/** A GPU's owner is who registered its node. */
export const loadGpuPlaces = async (
  db: Executor,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Place>> => {
  const { rows } = await db.prepared<PlaceRow>(
    'fleet_gpu_places',
    `SELECT gpus.id, gpus.node_id, nodes.registered_by AS owner_id
     FROM gpus JOIN nodes ON nodes.id = gpus.node_id WHERE gpus.id = ANY($1::uuid[])`,
    [ids],
  );
  return byId(rows);
};

export const loadSensorPlaces = async (
  db: Executor,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Place>> => {
  const { rows } = await db.prepared<PlaceRow>(
    'fleet_sensor_places',
    'SELECT id, node_id, registered_by AS owner_id FROM sensors WHERE id = ANY($1::uuid[])',
    [ids],
  );
  return byId(rows);
};

export interface NamedNodeGpu {
  readonly nodeName: string;
  readonly nodeId: string;
  readonly gpuId: string;
}

/** The GPUs of the nodes of these names. A name that nodes of several clusters have says nothing, and brings none. */
export const gpusOfNamedNodes = async (
  db: Executor,
  names: readonly string[],
): Promise<readonly NamedNodeGpu[]> => {
  const { rows } = await db.query<{ name: string; node_id: string; id: string }>(
    `WITH named AS (SELECT name, min(id::text)::uuid AS node_id FROM nodes WHERE name = ANY ($1::text[])
       GROUP BY name HAVING count(*) = 1)
     SELECT named.name, gpus.node_id, gpus.id FROM named JOIN gpus ON gpus.node_id = named.node_id`,
    [names],
  );
  return rows.map(({ name: nodeName, node_id: nodeId, id: gpuId }) => ({ nodeName, nodeId, gpuId }));
};

/** The node of this name in its cluster, its owner, and the GPU at this PCI address of it. */
export const findPlace = async (
  db: Executor,
  place: { readonly clusterId: string; readonly nodeName: string; readonly pciAddress: string },
): Promise<
  { readonly nodeId: string; readonly ownerId: string; readonly gpuId: string | null } | undefined
> => {
  const { rows } = await db.query<{ id: string; registered_by: string; gpu_id: string | null }>(
    `SELECT nodes.id, nodes.registered_by, gpus.id AS gpu_id FROM nodes
     LEFT JOIN gpus ON gpus.node_id = nodes.id AND gpus.device_id = $3
     WHERE nodes.cluster_id = $1 AND nodes.name = $2 LIMIT 1`,
    [place.clusterId, place.nodeName, place.pciAddress],
  );
  const row = rows[0];
  return row === undefined ? undefined : { nodeId: row.id, ownerId: row.registered_by, gpuId: row.gpu_id };
};
