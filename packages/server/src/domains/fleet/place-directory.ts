/** Where a GPU or sensor stands and who may write for it: `ownerId` is the principal that registered it or its node. */
export interface Place {
  readonly nodeId: string;
  readonly ownerId: string;
}

/** Known places by id. Misses ask the database, at most once at a time for each id. */
export interface PlaceDirectory {
  /** Answers what is known; ids that name nothing are absent. Errors: those of the database. */
  resolve(ids: Iterable<string>): Promise<ReadonlyMap<string, Place>>;
  /** Forgets one id. */
  forget(id: string): void;
  /** Forgets everything on a node. */
  forgetNode(nodeId: string): void;
  /**
   * While false, nothing is kept: changes could not be heard. Starts false; becoming either drops what is held.
   */
  setHearing(hearing: boolean): void;
  readonly size: number;
}

export interface PlaceDirectoryOptions {
  readonly load: (ids: readonly string[]) => Promise<ReadonlyMap<string, Place>>;
  /** Ids kept; the oldest go first. About 300 bytes each. */
  readonly maxEntries: number;
}

/** What is kept between calls. `epoch` counts the changes that were heard. */
const createKnownPlaces = (maxEntries: number) => {
  const known = new Map<string, Place>();
  let hearing = false;
  let epoch = 0;
  return {
    get: (id: string) => known.get(id),
    get size() {
      return known.size;
    },
    get epoch() {
      return epoch;
    },
    /** Keeps what was loaded since `loadedIn`, unless a change was heard meanwhile: it may be older than that. */
    keep: (places: ReadonlyMap<string, Place>, loadedIn: number) => {
      if (!hearing || epoch !== loadedIn) return;
      for (const [id, place] of places) {
        const oldest = known.size >= maxEntries ? known.keys().next().value : undefined;
        if (oldest !== undefined) known.delete(oldest);
        known.set(id, place);
      }
    },
    drop: (isGone: (id: string, place: Place) => boolean) => {
      epoch += 1;
      for (const [id, place] of known) if (isGone(id, place)) known.delete(id);
    },
    reset: (nowHearing: boolean) => {
      epoch += 1;
      hearing = nowHearing;
      known.clear();
    },
  };
};

type Flight = Promise<ReadonlyMap<string, Place>>;

/** A bounded cache with single-flight loading; see `PlaceDirectory`. */
export const createPlaceDirectory = ({ load, maxEntries }: PlaceDirectoryOptions): PlaceDirectory => {
  const known = createKnownPlaces(maxEntries);
  const loading = new Map<string, Flight>();

  const loadOnce = (ids: readonly string[]): Flight => {
    const { epoch } = known;
    const flight = load(ids)
      .then((found) => {
        known.keep(found, epoch);
        return found;
      })
      .finally(() => {
        for (const id of ids) if (loading.get(id) === flight) loading.delete(id);
      });
    for (const id of ids) loading.set(id, flight);
    return flight;
  };

  const loadAll = async (ids: readonly string[], into: Map<string, Place>): Promise<void> => {
    const fresh = ids.filter((id) => !loading.has(id));
    const flights = new Set(ids.flatMap((id) => loading.get(id) ?? []));
    if (fresh.length > 0) flights.add(loadOnce(fresh));
    const results = await Promise.all(flights);
    for (const id of ids) {
      const place = results.map((found) => found.get(id)).find((each) => each !== undefined);
      if (place !== undefined) into.set(id, place);
    }
  };

  return {
    resolve: async (ids) => {
      const found = new Map<string, Place>();
      const missing: string[] = [];
      for (const id of ids) {
        const place = known.get(id);
        if (place === undefined) missing.push(id);
        else found.set(id, place);
      }
      if (missing.length > 0) await loadAll(missing, found);
      return found;
    },
    // After a change nobody joins a load that may have begun before it.
    forget: (id) => {
      loading.clear();
      known.drop((each) => each === id);
    },
    forgetNode: (nodeId) => {
      loading.clear();
      known.drop((_, place) => place.nodeId === nodeId);
    },
    setHearing: (hearing) => {
      loading.clear();
      known.reset(hearing);
    },
    get size() {
      return known.size;
    },
  };
};
