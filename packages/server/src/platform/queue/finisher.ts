import type { Logger } from 'pino';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../database/types.ts';
import type { Ending } from './decide.ts';
import type { Held, Holding } from './held.ts';
import { bury, finish, postpone } from './store.ts';
import type { DeliveryResult } from './types.ts';

export interface FinisherDeps {
  readonly db: Database;
  readonly queue: string;
  readonly whenDone: 'archive' | 'delete';
  readonly holding: Holding;
  readonly log: Logger;
  readonly count: (result: DeliveryResult, messages: number) => void;
  /** Called when endings were written and there is room for more. */
  readonly onRoom: () => void;
}

export interface Finisher {
  /** Endings that are not in the database yet. */
  readonly pending: number;
  add(held: Held, ending: Ending): void;
}

interface Ended {
  readonly held: Held;
  readonly ending: Ending;
}

/** Messages that end in one statement. */
const maxEndings = 1_000;
const retryPauseMs = 100;

type EndingOf<K extends Ending['kind']> = Extract<Ending, { kind: K }>;

const ofKind = <K extends Ending['kind']>(batch: readonly Ended[], kind: K) =>
  batch.flatMap(({ held, ending }) =>
    ending.kind === kind ? [{ ...(ending as EndingOf<K>), id: held.id, readCount: held.readCount }] : [],
  );

/** Writes one batch, a statement for each kind of ending. */
const writeEndings = async (deps: FinisherDeps, batch: readonly Ended[]): Promise<void> => {
  const { db, queue, whenDone, holding, log, count } = deps;
  const settle = (kind: Ending['kind'], ours: ReadonlySet<string>) => {
    const ended = batch.filter(({ ending }) => ending.kind === kind);
    const mine = ended.filter(({ held }) => ours.has(held.id)).length;
    for (const { held } of ended) holding.drop(held);
    if (mine > 0) count(kind, mine);
    if (ended.length > mine) count('lost', ended.length - mine);
  };
  const done = ofKind(batch, 'done');
  const retries = ofKind(batch, 'retry');
  const dead = ofKind(batch, 'dead');
  if (done.length > 0) settle('done', await finish(db, queue, whenDone, done));
  if (retries.length > 0) settle('retry', await postpone(db, queue, retries));
  if (dead.length === 0) return;
  settle('dead', await bury(db, queue, dead));
  for (const { id, cause, error } of dead) {
    log.warn({ queue, message: id, cause, reason: error }, 'a message became a dead letter');
  }
};

/**
 * Writes how deliveries end, many in one statement: while one statement runs, the next batch gathers. Endings wait
 * through an outage of the database for as long as their visibility can be relied on; the heartbeat gives up the rest.
 */
export const createFinisher = (deps: FinisherDeps): Finisher => {
  const { queue, holding, log } = deps;
  let waiting: Ended[] = [];
  let writing = 0;
  let running = false;

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxEndings).filter(({ held }) => holding.has(held));
      waiting = waiting.slice(maxEndings);
      writing = batch.length;
      try {
        await writeEndings(deps, batch);
      } catch (error) {
        log.warn({ err: error, queue, messages: batch.length }, 'the ends of messages could not be written');
        waiting = [...batch, ...waiting];
        await sleep(retryPauseMs);
      }
      writing = 0;
      deps.onRoom();
    }
    running = false;
  };

  return {
    get pending() {
      return waiting.length + writing;
    },
    add: (held, ending) => {
      waiting.push({ held, ending });
      if (running) return;
      running = true;
      // What ends in the same turn of the event loop shares the first statement.
      setImmediate(() => void run());
    },
  };
};
