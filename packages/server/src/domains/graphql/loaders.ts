import DataLoader from 'dataloader';
import type { Alert, AlertHistoryEntry, Gpu, Node, Sensor, TelemetryRecord } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { GraphqlDomainDeps } from './deps.ts';

/** Ids of one statement. */
const batchMax = 500;
const alertsEach = 50;
const historyEach = 20;

type One<T> = DataLoader<string, T | null>;
type Many<T> = DataLoader<string, readonly T[]>;

export interface Loaders {
  readonly node: One<Node>;
  readonly gpu: One<Gpu>;
  readonly sensor: One<Sensor>;
  readonly alert: One<Alert>;
  readonly latest: One<TelemetryRecord>;
  readonly gpusOfNode: Many<Gpu>;
  readonly sensorsOfNode: Many<Sensor>;
  readonly alertsOfNode: Many<Alert>;
  readonly historyOfAlert: Many<AlertHistoryEntry>;
}

/**
 * What a document asks of many things one by one is asked of the database once. `cache` is for one request: what lasts
 * longer reads anew.
 */
export const createLoaders = (
  { fleet, telemetry, alerts }: GraphqlDomainDeps,
  db: Executor,
  cache: boolean,
): Loaders => {
  const options = { cache, maxBatchSize: batchMax };
  const one = <T>(
    load: (ids: readonly string[]) => Promise<readonly T[]>,
    keyOf: (item: T) => string,
  ): One<T> =>
    new DataLoader<string, T | null>(async (ids) => {
      const found = new Map((await load([...new Set(ids)])).map((item) => [keyOf(item), item]));
      return ids.map((id) => found.get(id) ?? null);
    }, options);
  const many = <T>(
    load: (ids: readonly string[]) => Promise<readonly T[]>,
    keyOf: (item: T) => string | null,
  ): Many<T> =>
    new DataLoader<string, readonly T[]>(async (ids) => {
      const found = Map.groupBy(await load([...new Set(ids)]), keyOf);
      return ids.map((id) => found.get(id) ?? []);
    }, options);
  const { reader } = fleet;
  return {
    node: one((ids) => reader.nodesByIds(db, ids), ({ id }) => id), // prettier-ignore
    gpu: one((ids) => reader.gpusByIds(db, ids), ({ id }) => id), // prettier-ignore
    sensor: one((ids) => reader.sensorsByIds(db, ids), ({ id }) => id), // prettier-ignore
    alert: one((ids) => alerts.reader.alertsByIds(db, ids), ({ id }) => id), // prettier-ignore
    latest: one((ids) => telemetry.latest(db, ids), ({ gpu_id: id }) => id), // prettier-ignore
    gpusOfNode: many((ids) => reader.gpusOfNodes(db, ids), ({ node_id: id }) => id), // prettier-ignore
    sensorsOfNode: many((ids) => reader.sensorsOfNodes(db, ids), ({ node_id: id }) => id), // prettier-ignore
    alertsOfNode: many((ids) => alerts.reader.activeOfNodes(db, ids, alertsEach), ({ node_id: id }) => id), // prettier-ignore
    historyOfAlert: many((ids) => alerts.reader.historyOf(db, ids, historyEach), ({ alert_id: id }) => id), // prettier-ignore
  };
};
