import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Subscription } from '../../platform/database/types.ts';
import { changeChannel, logEnds, numberChanges, readChanges, type LoggedChange } from './change-log-store.ts';
import { silencedUntil } from './silence.ts';
import { activeSilences } from './silence-store.ts';
import { createWake, type Wake } from './wake.ts';

export interface ChangeFeedDeps {
  readonly db: Database;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly log?: Pick<Logger, 'warn'> | undefined;
  /** Looks for changes this often where no notification came, in milliseconds. */
  readonly pollMs?: number | undefined;
}

/** A change with the end of the silences that match its alert now. */
export interface FeedChange extends LoggedChange {
  readonly silencedUntil: Date | null;
}

/** One reader's place in the log. */
export interface FeedReader {
  /** What comes behind this reader's place, oldest first, as soon as there is some; empty once `signal` aborts. */
  next(signal: AbortSignal): Promise<readonly FeedChange[]>;
  close(): void;
}

export interface ChangeFeed {
  /**
   * Begins behind `after`, or at what comes from now on. `missed`: the place is one that the log does not have (any
   * more), so the reader begins now and has to look for itself what is.
   */
  open(after: number | undefined): Promise<{ reader: FeedReader; position: number; missed: boolean }>;
  stop(): Promise<void>;
}

/** Changes that stay in memory for all readers; who is further behind reads the database. */
const keptChanges = 1_000;
const batchMax = 200;
const defaultPollMs = 1_000;
/** What comes within this shares one look at the database. */
const gatherMs = 10;

interface FeedState {
  readonly deps: ChangeFeedDeps;
  readonly stopping: AbortController;
  /** Behind `floor`, up to `head`: what is in memory. */
  kept: readonly FeedChange[];
  floor: number;
  head: number;
  readers: number;
  looping: Promise<void> | undefined;
  readonly look: Wake;
  readonly arrived: Wake;
}

const read = async ({ db, clock }: ChangeFeedDeps, after: number): Promise<readonly FeedChange[]> => {
  const changes = await readChanges(db, after, batchMax);
  if (changes.length === 0) return [];
  const silences = await activeSilences(db, new Date(clock.nowMs()));
  return changes.map((change) => ({
    ...change,
    silencedUntil: change.alert === undefined ? null : silencedUntil(silences, change.alert),
  }));
};

const lookOnce = async (state: FeedState): Promise<void> => {
  const { db } = state.deps;
  while ((await numberChanges(db)) > 0);
  for (;;) {
    const found = await read(state.deps, state.head);
    const last = found.at(-1);
    if (last === undefined) return;
    state.kept = [...state.kept, ...found].slice(-keptChanges);
    state.floor = (state.kept[0]?.position ?? last.position + 1) - 1;
    state.head = last.position;
    state.arrived.ring();
  }
};

/** Looks for changes as long as somebody reads them. */
const loop = async (state: FeedState): Promise<void> => {
  const { deps, stopping } = state;
  const { db, log, pollMs = defaultPollMs } = deps;
  let subscription: Subscription | undefined;
  try {
    subscription = await db.listen(changeChannel, {
      onNotification: () => {
        state.look.ring();
      },
      onConnection: () => {
        state.look.ring();
      },
    });
    while (state.readers > 0 && !stopping.signal.aborted) {
      await lookOnce(state).catch((error: unknown) => {
        log?.warn({ err: error }, 'changes of alerts could not be read; their streams wait');
      });
      await state.look.wait(pollMs, stopping.signal);
      await state.look.wait(gatherMs, stopping.signal, 'whole');
    }
  } finally {
    // At once: a reader that comes now begins another.
    state.looping = undefined;
    await subscription?.close();
  }
};

const nextFor = async (state: FeedState, position: number): Promise<readonly FeedChange[]> => {
  if (position >= state.head) return [];
  if (position < state.floor) return read(state.deps, position);
  return state.kept.filter((change) => change.position > position).slice(0, batchMax);
};

const openReader = (state: FeedState, from: number, ensureLoop: () => Promise<void>): FeedReader => {
  let position = from;
  let open = true;
  return {
    next: async (signal) => {
      while (!signal.aborted && open) {
        const changes = await nextFor(state, position);
        position = changes.at(-1)?.position ?? position;
        if (changes.length > 0) return changes;
        await state.arrived.wait(defaultPollMs, signal);
        await ensureLoop().catch(() => undefined);
      }
      return [];
    },
    close: () => {
      if (!open) return;
      open = false;
      state.readers -= 1;
      if (state.readers === 0) state.look.ring();
    },
  };
};

/** The changes of all replicas' alerts in one order, for any number of readers: one look for all of them. */
export const createChangeFeed = (deps: ChangeFeedDeps): ChangeFeed => {
  const state: FeedState = {
    deps,
    stopping: new AbortController(),
    kept: [],
    floor: 0,
    head: 0,
    readers: 0,
    looping: undefined,
    look: createWake(),
    arrived: createWake(),
  };
  const hasLoop = (): boolean => state.looping !== undefined || state.stopping.signal.aborted;
  const ensureLoop = async (): Promise<void> => {
    if (hasLoop()) return;
    // What is in memory is from an earlier time; the first reader begins a new one.
    while ((await numberChanges(deps.db)) > 0);
    const { head } = await logEnds(deps.db);
    if (hasLoop()) return;
    Object.assign(state, { kept: [], floor: head, head });
    state.looping = loop(state);
    state.looping.catch((error: unknown) => {
      deps.log?.warn({ err: error }, 'the listener for changes of alerts ended');
    });
  };
  return {
    open: async (after) => {
      state.readers += 1;
      try {
        await ensureLoop();
        const { head, removed } = await logEnds(deps.db);
        const missed = after !== undefined && (after < removed || after > head);
        const position = after === undefined || missed ? Math.max(state.head, 0) : after;
        return { reader: openReader(state, position, ensureLoop), position, missed };
      } catch (error) {
        state.readers -= 1;
        throw error;
      }
    },
    stop: async () => {
      state.stopping.abort();
      state.look.ring();
      await state.looping?.catch(() => undefined);
    },
  };
};
