/** A GPU moved or was deleted, or a node or sensor was deleted: `<kind>:<id>`. */
export const fleetChannel = 'gpushield_fleet';
/** A sensor's configuration changed; the payload is the sensor's id. */
export const sensorConfigurationChannel = 'gpushield_sensor_configuration';

export type FleetChange = { readonly kind: 'gpu' | 'node' | 'sensor'; readonly id: string };

export const encodeFleetChange = ({ kind, id }: FleetChange): string => `${kind}:${id}`;

/** Undefined for a payload that is none of ours. */
export const decodeFleetChange = (payload: string): FleetChange | undefined => {
  const [kind, id, ...rest] = payload.split(':');
  if (id === undefined || rest.length > 0) return undefined;
  return kind === 'gpu' || kind === 'node' || kind === 'sensor' ? { kind, id } : undefined;
};
