import type { Heartbeat, SensorConfiguration } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';

export interface HeartbeatRow {
  readonly configuration_version: number;
  readonly configuration: SensorConfiguration;
  readonly last_heartbeat_at: Date;
}

// One statement touches both rows, so a heartbeat is one round trip and one commit; no index covers what it changes.
const heartbeatSql = `
  WITH beat AS (
    UPDATE sensors
    SET last_heartbeat_at = now(), health = $2, health_detail = $3,
        version = coalesce($4, version),
        reported_configuration_version = coalesce($5, reported_configuration_version),
        spooled_records = coalesce($6, spooled_records)
    WHERE id = $1 AND ($7::text IS NULL OR registered_by = $7)
    RETURNING node_id, configuration_version, configuration, last_heartbeat_at
  ), seen AS (
    UPDATE nodes SET last_seen_at = beat.last_heartbeat_at FROM beat WHERE nodes.id = beat.node_id
  )
  SELECT configuration_version, configuration, last_heartbeat_at FROM beat`;

/** Undefined when there is no such sensor, or `onlyOwnerId` did not register it. */
export const recordHeartbeat = async (
  db: Executor,
  sensorId: string,
  onlyOwnerId: string | null,
  beat: Heartbeat,
): Promise<HeartbeatRow | undefined> => {
  const { rows } = await db.prepared<HeartbeatRow>('fleet_heartbeat', heartbeatSql, [
    sensorId,
    beat.health,
    beat.health_detail ?? null,
    beat.version ?? null,
    beat.configuration_version ?? null,
    beat.spooled_records ?? null,
    onlyOwnerId,
  ]);
  return rows[0];
};
