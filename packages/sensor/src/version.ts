import manifest from '../package.json' with { type: 'json' };

/** This sensor's version, as it tells the server. */
export const sensorVersion: string = manifest.version;
