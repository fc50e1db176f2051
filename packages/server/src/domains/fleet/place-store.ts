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
