import type { RegisterSensor, Sensor, SensorConfiguration } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import { isOnlineSql, sensorStatusOf } from './sensor-status.ts';
import { createConditions } from './sql.ts';

export interface SensorRow {
  readonly id: string;
  readonly node_id: string;
  readonly name: string;
  readonly sensor_type: string;
  readonly version: string;
  readonly capabilities: string[];
  readonly health: 'healthy' | 'degraded' | 'unhealthy' | null;
  readonly health_detail: string | null;
  readonly spooled_records: number;
  readonly configuration: SensorConfiguration;
  readonly configuration_version: number;
  readonly reported_configuration_version: number | null;
  readonly registered_by: string;
  readonly last_heartbeat_at: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly is_online: boolean;
}

const selectSensors = `SELECT sensors.*, ${isOnlineSql} AS is_online FROM sensors`;

export const presentSensor = (row: SensorRow): Sensor => ({
  id: row.id,
  node_id: row.node_id,
  name: row.name,
  sensor_type: row.sensor_type,
  version: row.version,
  capabilities: row.capabilities,
  status: sensorStatusOf({ lastHeartbeatAt: row.last_heartbeat_at, isOnline: row.is_online }),
  health: row.health,
  health_detail: row.health_detail,
  spooled_records: row.spooled_records,
  configuration: row.configuration,
  configuration_version: row.configuration_version,
  reported_configuration_version: row.reported_configuration_version,
  registered_by: row.registered_by,
  last_heartbeat_at: row.last_heartbeat_at?.toISOString() ?? null,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

export const findSensor = async (db: Executor, id: string): Promise<SensorRow | undefined> => {
  const { rows } = await db.query<SensorRow>(`${selectSensors} WHERE sensors.id = $1`, [id]);
  return rows[0];
};

/**
 * Registers a sensor or updates the one with its node and name; its configuration stays. Answers its id, and
 * undefined when that one was registered by someone else than `onlyOwnerId`.
 */
export const upsertSensor = async (
  db: Executor,
  sensor: {
    readonly id: string;
    readonly registeredBy: string;
    readonly onlyOwnerId: string | null;
    readonly configuration: SensorConfiguration;
  },
  body: RegisterSensor,
): Promise<string | undefined> => {
  const capabilities = body.capabilities === undefined ? '' : 'capabilities = excluded.capabilities,';
  const { rows } = await db.query<{ id: string }>(
    `INSERT INTO sensors (id, node_id, name, sensor_type, version, capabilities, configuration, registered_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
     ON CONFLICT (node_id, name) DO UPDATE
       SET sensor_type = excluded.sensor_type, version = excluded.version, ${capabilities} updated_at = now()
       WHERE $9::text IS NULL OR sensors.registered_by = $9
     RETURNING id`,
    [
      sensor.id,
      body.node_id,
      body.name,
      body.sensor_type ?? 'gpu',
      body.version,
      JSON.stringify(body.capabilities ?? []),
      JSON.stringify(sensor.configuration),
      sensor.registeredBy,
      sensor.onlyOwnerId,
    ],
  );
  return rows[0]?.id;
};

export const deleteSensor = async (db: Executor, id: string): Promise<boolean> => {
  const { rowCount } = await db.query('DELETE FROM sensors WHERE id = $1', [id]);
  return rowCount > 0;
};

export interface SensorFilter {
  readonly node_id?: string | undefined;
  readonly status?: Sensor['status'] | undefined;
  /** Only what this principal registered. */
  readonly registeredBy?: string | undefined;
}

const statusConditions = {
  online: isOnlineSql,
  offline: `sensors.last_heartbeat_at IS NOT NULL AND NOT ${isOnlineSql}`,
  never_seen: 'sensors.last_heartbeat_at IS NULL',
} as const satisfies Record<Sensor['status'], string>;

/** Newest first, keyset by (created_at, id). */
export const listSensors = async (
  db: Executor,
  filter: SensorFilter,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly SensorRow[]> => {
  const where = createConditions();
  if (filter.node_id !== undefined) where.add((at) => `sensors.node_id = ${at}`, filter.node_id);
  if (filter.registeredBy !== undefined)
    where.add((at) => `sensors.registered_by = ${at}`, filter.registeredBy);
  if (filter.status !== undefined) where.literal(statusConditions[filter.status]);
  where.after('sensors.created_at', 'sensors.id', after);
  const { rows } = await db.query<SensorRow>(
    `${selectSensors} ${where.sql()} ORDER BY sensors.created_at DESC, sensors.id DESC LIMIT ${where.bind(limit)}`,
    where.values(),
  );
  return rows;
};

/** The next version of a sensor's configuration; undefined when there is no such sensor. */
export const replaceConfiguration = async (
  db: Executor,
  id: string,
  configuration: SensorConfiguration,
): Promise<number | undefined> => {
  const { rows } = await db.query<{ configuration_version: number }>(
    `UPDATE sensors SET configuration = $2, configuration_version = configuration_version + 1, updated_at = now()
     WHERE id = $1 RETURNING configuration_version`,
    [id, JSON.stringify(configuration)],
  );
  return rows[0]?.configuration_version;
};

export interface SensorConnectivity {
  readonly online: number;
  readonly offline: number;
  readonly neverSeen: number;
}

/** How many sensors are in each state: for the health report. */
export const sensorConnectivity = async (db: Executor): Promise<SensorConnectivity> => {
  const { rows } = await db.query<SensorConnectivity>(
    `SELECT count(*) FILTER (WHERE ${statusConditions.online}) AS online,
            count(*) FILTER (WHERE ${statusConditions.offline}) AS offline,
            count(*) FILTER (WHERE ${statusConditions.never_seen}) AS "neverSeen"
     FROM sensors`,
  );
  return rows[0] ?? { online: 0, offline: 0, neverSeen: 0 };
};

export const sensorsByIds = async (db: Executor, ids: readonly string[]): Promise<readonly SensorRow[]> =>
  (await db.query<SensorRow>(`${selectSensors} WHERE sensors.id = ANY ($1::uuid[])`, [ids])).rows;

const maxSensorsOfNode = 64;

/** Of each node at most 64. */
export const sensorsOfNodes = async (
  db: Executor,
  nodeIds: readonly string[],
): Promise<readonly SensorRow[]> =>
  (
    await db.query<SensorRow>(
      `SELECT of_node.* FROM unnest($1::uuid[]) AS wanted (node_id)
       CROSS JOIN LATERAL (
         ${selectSensors} WHERE sensors.node_id = wanted.node_id ORDER BY sensors.id LIMIT $2) AS of_node`,
      [nodeIds, maxSensorsOfNode],
    )
  ).rows;
