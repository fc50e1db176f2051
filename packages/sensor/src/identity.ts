import { join } from 'node:path';
import { SensorConfiguration, defaultSensorConfiguration } from '@gpushield/contracts';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { readJsonFile, writeJsonFile } from './state-file.ts';

/** GPUs that a node ever had stay known, so that spooled samples of one that was removed still find their id. */
export const maxKnownGpus = 1024;

const KnownGpu = Type.Object({ id: Type.String(), uuid: Type.String(), device_id: Type.String() });
const Identity = Type.Object({
  url: Type.String(),
  node_id: Type.String(),
  sensor_id: Type.String(),
  gpus: Type.Array(KnownGpu, { maxItems: maxKnownGpus }),
  configuration: SensorConfiguration,
  configuration_version: Type.Integer(),
});
/** Who this sensor is to the server at `url`, and what that server last told it to do. */
export type Identity = Static<typeof Identity>;
export type KnownGpu = Static<typeof KnownGpu>;

/** Keeps the identity in the state directory. One of another server counts as none. */
export const createIdentityFile = ({ stateDir, url }: { stateDir: string; url: string }) => {
  const path = join(stateDir, 'identity.json');
  return {
    load: async (): Promise<Identity | undefined> => {
      const value = await readJsonFile(path);
      return Value.Check(Identity, value) && value.url === url ? value : undefined;
    },
    save: (identity: Identity): Promise<void> => writeJsonFile(path, identity, { sync: true }),
  };
};

/** The identity's part that loops read and change while the sensor runs. */
export interface Session {
  identity: Identity | undefined;
  configuration: SensorConfiguration;
  configurationVersion: number;
  /** How many times this process registered. */
  registrations: number;
}

export const createSession = (identity: Identity | undefined): Session => ({
  identity,
  configuration: identity?.configuration ?? defaultSensorConfiguration,
  configurationVersion: identity?.configuration_version ?? 0,
  registrations: 0,
});
