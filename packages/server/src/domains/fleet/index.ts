import type { SensorConfiguration } from '@gpushield/contracts';
import { defaultSensorConfiguration } from '@gpushield/contracts';
import type { Database, Executor, Subscription } from '../../platform/database/types.ts';
import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { Route } from '../../platform/http/route.ts';
import { decodeFleetChange, fleetChannel, sensorConfigurationChannel } from './channels.ts';
import { createConfigurationWaiters } from './configuration-waiters.ts';
import { fleetReader, type FleetReader } from './fleet-reader.ts';
import { findGpu, gpuIdsOfNode, type GpuRow } from './gpu-store.ts';
import { findNode, type NodeRow } from './node-store.ts';
import { createPlaceDirectory, type PlaceDirectory } from './place-directory.ts';
import { findPlace, gpusOfNamedNodes, loadGpuPlaces, loadSensorPlaces } from './place-store.ts';
import { registerReported } from './register-reported.ts';
import { fleetRoutes } from './routes/index.ts';
import { createUuidDirectory, type UuidDirectory } from './uuid-directory.ts';
import { findSensor, sensorConnectivity, type SensorConnectivity, type SensorRow } from './sensor-store.ts';

export type { FleetChange } from './channels.ts';
export type { FleetReader } from './fleet-reader.ts';
export type { GpuRow } from './gpu-store.ts';
export type { NodeRow } from './node-store.ts';
export type { Place, PlaceDirectory } from './place-directory.ts';
export type { ReportedGpu, Reporter } from './register-reported.ts';
export type { SensorConnectivity, SensorRow } from './sensor-store.ts';
export type { KnownGpu, UuidDirectory } from './uuid-directory.ts';

export interface FleetDomainDeps {
  readonly db: Database;
  readonly cursors: CursorCodec;
  readonly newId: () => string;
  /** What a new sensor is told to do; the contract's default unless told. */
  readonly defaultConfiguration?: SensorConfiguration;
}

/** What other domains may ask the fleet. The `find…` functions answer undefined for an unknown id. */
export interface FleetPort {
  findGpu(db: Executor, id: string): Promise<GpuRow | undefined>;
  findNode(db: Executor, id: string): Promise<NodeRow | undefined>;
  findSensor(db: Executor, id: string): Promise<SensorRow | undefined>;
  /** At most 256. */
  gpuIdsOfNode(db: Executor, nodeId: string): Promise<readonly string[]>;
  /** The fleet as clients see it, for who shows it in another form. */
  readonly reader: FleetReader;
  /** GPU id → node and the node's owner, from memory where it can be; ids in lower case. */
  readonly gpuDirectory: Pick<PlaceDirectory, 'resolve'>;
  /** Vendor's UUID → GPU, node and owner, likewise. */
  readonly uuidDirectory: UuidDirectory;
  /** The node of a name, and the GPU at an address of it; undefined when there is no such node. */
  readonly findPlace: typeof findPlace;
  readonly gpusOfNamedNodes: typeof gpusOfNamedNodes;
  /** Registers what telemetry tells of; see `register-reported.ts`. */
  readonly registerReported: typeof registerReported;
  /** Sensor id → node and the sensor's owner, likewise. */
  readonly sensorDirectory: Pick<PlaceDirectory, 'resolve'>;
  /** How many sensors are online, offline and never seen. */
  sensorConnectivity(db: Executor): Promise<SensorConnectivity>;
}

export interface FleetDomain {
  readonly routes: readonly Route[];
  readonly port: FleetPort;
  start(): Promise<void>;
  stop(): Promise<void>;
}

// 100,000 GPUs, far above the fleets that one deployment is made for, are about 30 MB.
const maxDirectoryEntries = 100_000;
// Each waiter is an open connection; a sensor that is not let in asks again with its next heartbeat.
const maxConfigurationWaiters = 20_000;

/** Nodes, GPUs and sensors: registration, heartbeats, configuration. */
export const createFleetDomain = (deps: FleetDomainDeps): FleetDomain => {
  const { db, cursors, newId, defaultConfiguration = defaultSensorConfiguration } = deps;
  const gpus = createPlaceDirectory({
    load: (ids) => loadGpuPlaces(db, ids),
    maxEntries: maxDirectoryEntries,
  });
  const sensors = createPlaceDirectory({
    load: (ids) => loadSensorPlaces(db, ids),
    maxEntries: maxDirectoryEntries,
  });
  const waiters = createConfigurationWaiters({ maxWaiters: maxConfigurationWaiters });
  let subscriptions: readonly Subscription[] = [];

  const onFleetChange = (payload: string): void => {
    const change = decodeFleetChange(payload);
    if (change?.kind === 'gpu') gpus.forget(change.id);
    if (change?.kind === 'sensor') sensors.forget(change.id);
    if (change?.kind === 'node') for (const each of [gpus, sensors]) each.forgetNode(change.id);
  };

  return {
    routes: fleetRoutes({ cursors, newId, defaultConfiguration, waiters }),
    port: {
      findGpu,
      findNode,
      findSensor,
      gpuIdsOfNode,
      reader: fleetReader,
      gpuDirectory: gpus,
      uuidDirectory: createUuidDirectory({ db, places: gpus, maxEntries: maxDirectoryEntries }),
      registerReported,
      findPlace,
      gpusOfNamedNodes,
      sensorDirectory: sensors,
      sensorConnectivity,
    },
    start: async () => {
      subscriptions = await Promise.all([
        db.listen(fleetChannel, {
          onNotification: onFleetChange,
          onConnection: (connected) => {
            for (const each of [gpus, sensors]) each.setHearing(connected);
          },
        }),
        db.listen(sensorConfigurationChannel, {
          onNotification: (sensorId) => waiters.wake(sensorId),
          // What was said while nobody listened is found by reading again.
          onConnection: () => waiters.wakeAll(),
        }),
      ]);
    },
    stop: async () => {
      waiters.wakeAll();
      await Promise.all(subscriptions.map((each) => each.close()));
      subscriptions = [];
      for (const each of [gpus, sensors]) each.setHearing(false);
    },
  };
};
