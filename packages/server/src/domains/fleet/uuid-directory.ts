import type { Executor } from '../../platform/database/types.ts';
import type { PlaceDirectory } from './place-directory.ts';

/** A GPU as vendors' tools know it, and where it stands. */
export interface KnownGpu {
  readonly gpuId: string;
  readonly nodeId: string;
  readonly ownerId: string;
}

/** GPUs by the vendor's UUID. */
export interface UuidDirectory {
  /** UUIDs that are not registered are absent. Errors: those of the database. */
  resolve(uuids: Iterable<string>): Promise<ReadonlyMap<string, KnownGpu>>;
}

const maxLookups = 10_000;

const loadIds = async (db: Executor, uuids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const { rows } = await db.prepared<{ id: string; uuid: string }>(
    'fleet_gpus_by_uuid',
    'SELECT id, uuid FROM gpus WHERE uuid = ANY($1::text[])',
    [uuids.slice(0, maxLookups)],
  );
  return new Map(rows.map(({ id, uuid }) => [uuid, id]));
};

/**
 * A UUID keeps its id for as long as the GPU is registered, so ids are kept here; whether the GPU is still there is what
 * `places` knows, which hears of changes. An id that is gone is looked up once more.
 */
export const createUuidDirectory = ({
  db,
  places,
  maxEntries,
}: {
  db: Executor;
  places: Pick<PlaceDirectory, 'resolve'>;
  maxEntries: number;
}): UuidDirectory => {
  const ids = new Map<string, string>();
  const keep = (found: ReadonlyMap<string, string>): void => {
    for (const [uuid, id] of found) {
      const oldest = ids.size >= maxEntries ? ids.keys().next().value : undefined;
      if (oldest !== undefined) ids.delete(oldest);
      ids.set(uuid, id);
    }
  };
  const placed = async (
    known: ReadonlyMap<string, string>,
    into: Map<string, KnownGpu>,
  ): Promise<readonly string[]> => {
    const found = await places.resolve(known.values());
    const gone: string[] = [];
    for (const [uuid, gpuId] of known) {
      const place = found.get(gpuId);
      if (place === undefined) gone.push(uuid);
      else into.set(uuid, { gpuId, ...place });
    }
    return gone;
  };
  return {
    resolve: async (uuids) => {
      const known = new Map<string, string>();
      const missing: string[] = [];
      for (const uuid of uuids) {
        const id = ids.get(uuid);
        if (id === undefined) missing.push(uuid);
        else known.set(uuid, id);
      }
      const into = new Map<string, KnownGpu>();
      const gone = known.size === 0 ? [] : await placed(known, into);
      for (const uuid of gone) ids.delete(uuid);
      const wanted = [...missing, ...gone];
      if (wanted.length > 0) {
        const loaded = await loadIds(db, wanted);
        keep(loaded);
        await placed(loaded, into);
      }
      return into;
    },
  };
};
