/**
 * Variables of the sensor and of the command line, which may stand in the same environment or `.env`. The server
 * does not read them; they are named here so that they do not pass for typing errors.
 */
export const siblingVariables: readonly string[] = [
  'GPUSHIELD_API_KEY',
  'GPUSHIELD_API_KEY_FILE',
  'GPUSHIELD_CA_FILE',
  'GPUSHIELD_CLUSTER_ID',
  'GPUSHIELD_DEBUG',
  'GPUSHIELD_NEW_PASSWORD',
  'GPUSHIELD_NODE_NAME',
  'GPUSHIELD_PASSWORD',
  'GPUSHIELD_SENSOR_EXPORTERS',
  'GPUSHIELD_SENSOR_SPOOL_MAX_BYTES',
  'GPUSHIELD_SENSOR_STATE_DIR',
  'GPUSHIELD_SENSOR_SYSCALLS',
  'GPUSHIELD_SENSOR_SYSCALLS_SPOOL_MAX_BYTES',
  'GPUSHIELD_URL',
];
