/** The sensor's public port. `main.ts` is the program; this is for those who embed it or read its settings. */
export { runSensor } from './sensor.ts';
export { systemDeps, type SensorDeps } from './sensor-deps.ts';
export { parseConfig, type ParsedConfig, type SensorConfig } from './config.ts';
