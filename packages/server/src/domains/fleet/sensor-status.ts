import type { Sensor } from '@gpushield/contracts';

/** A sensor may miss two heartbeats; without one in this many intervals it is offline. */
export const heartbeatIntervalsUntilOffline = 3;

/**
 * Whether a row of `sensors` is online, by the database's clock: the one clock that all replicas share. Heartbeats
 * are stamped with it too.
 */
export const isOnlineSql = `(
  sensors.last_heartbeat_at IS NOT NULL AND sensors.last_heartbeat_at > now() - make_interval(secs =>
    ${heartbeatIntervalsUntilOffline} * (sensors.configuration ->> 'heartbeat_interval_seconds')::float8))`;

export const sensorStatusOf = (facts: {
  readonly lastHeartbeatAt: Date | null;
  readonly isOnline: boolean;
}): Sensor['status'] => {
  if (facts.lastHeartbeatAt === null) return 'never_seen';
  return facts.isOnline ? 'online' : 'offline';
};

/** Whether a sensor that reports this version needs the current configuration. */
export const needsConfiguration = (reported: number | undefined, current: number): boolean =>
  reported !== current;
