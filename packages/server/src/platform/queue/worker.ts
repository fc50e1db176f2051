import type { Logger } from 'pino';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { Database, Subscription } from '../database/types.ts';
import { endingBefore, endingOf, type RetryPolicy } from './decide.ts';
import { deliver } from './deliver.ts';
import { createFinisher } from './finisher.ts';
import { startHeartbeat } from './heartbeat.ts';
import { createHolding, type Held } from './held.ts';
import { createLatch, type Latch } from './latch.ts';
import { queueNames } from './names.ts';
import { ensureQueue, extend, giveBack, nextVisibleInMs, readMessages } from './store.ts';
import type { DeliveryResult, QueueMessage, QueueWorker, WorkerOptions } from './types.ts';

export interface QueueWorkerDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** From 0 to less than 1. */
  readonly random: () => number;
  /** For the counter of deliveries. */
  readonly onDeliveries?: (queue: string, result: DeliveryResult, messages: number) => void;
}

/** Messages of one read: large enough that statements cost little, small enough that they come back soon. */
const maxRead = 500;
/** A queue that gave all that was asked for is asked again before the answer came, where a read this large finds room. */
const minReadAhead = 50;
/** What is done may wait for its end to be written while as much again is under way. */
const maxPendingPerSlot = 2;
// Notifications wake a worker; this finds what was sent while they were interrupted.
const idlePollMs = 5_000;
const unnotifiedPollMs = 1_000;
/** A sender that commits right beside one that notifies does not: the first looks after a message come soon. */
const stragglerPollMs = 5;
/** A message that is visible and was not read is locked by somebody for a moment. */
const contendedPollMs = 50;
const errorPauseMs = { first: 100, longest: 5_000 };
const stopPollMs = 10;

const defaults = {
  visibilitySeconds: 30,
  maxAttempts: 10,
  maxRunSeconds: 900,
  backoff: { firstMs: 1_000, longestMs: 300_000 },
} as const;

const checked = (options: WorkerOptions) => {
  queueNames(options.queue);
  const settings = {
    visibilitySeconds: options.visibilitySeconds ?? defaults.visibilitySeconds,
    maxAttempts: options.maxAttempts ?? defaults.maxAttempts,
    maxRunMs: (options.maxRunSeconds ?? defaults.maxRunSeconds) * 1000,
    ordering: options.ordering ?? 'none',
    whenDone: options.whenDone ?? 'archive',
    ...(options.backoff ?? defaults.backoff),
  };
  const whole = [options.concurrency, settings.visibilitySeconds, settings.maxAttempts];
  if (whole.some((value) => !Number.isInteger(value) || value < 1)) {
    throw new RangeError('concurrency, visibilitySeconds and maxAttempts are whole numbers from 1');
  }
  return settings;
};

type Settings = ReturnType<typeof checked>;

/** Deliveries from their begin to the end of their messages. */
const createDeliveries = (deps: QueueWorkerDeps, options: WorkerOptions, settings: Settings) => {
  const { db, log, random } = deps;
  const { queue, concurrency } = options;
  const policy: RetryPolicy = settings;
  const wake = createLatch();
  const holding = createHolding(deps.clock);
  const count = (result: DeliveryResult, messages: number) => {
    deps.onDeliveries?.(queue, result, messages);
  };
  const onRoom = () => wake.open();
  const finisher = createFinisher({ db, queue, whenDone: settings.whenDone, holding, log, count, onRoom });
  let running = 0;

  const run = async (message: QueueMessage, held: Held): Promise<void> => {
    const delivered = await deliver({ db, options, maxRunMs: settings.maxRunMs }, message, held);
    if (!holding.has(held)) return;
    if (delivered.kind === 'committed' || delivered.kind === 'gone') {
      holding.drop(held);
      count(delivered.kind === 'gone' ? 'lost' : 'done', 1);
    } else {
      finisher.add(held, endingOf(delivered, message.readCount, policy, random));
    }
  };

  return {
    wake,
    holding,
    count,
    begin: async (message: QueueMessage, untilMs: number): Promise<void> => {
      const held = holding.add(message, untilMs);
      const already = endingBefore(message.readCount, policy);
      if (already !== undefined) {
        finisher.add(held, already);
        return;
      }
      running += 1;
      await run(message, held);
      running -= 1;
      wake.open();
    },
    /** How many more messages may be taken while `asked` are on their way. */
    room: (asked = 0) => {
      const taken = running + asked;
      return Math.min(
        maxRead,
        concurrency - taken,
        maxPendingPerSlot * concurrency - finisher.pending - taken,
      );
    },
    isIdle: () => running === 0 && finisher.pending === 0,
  };
};

type Deliveries = ReturnType<typeof createDeliveries>;

const beat = (deps: QueueWorkerDeps, queue: string, parts: Deliveries, visibilitySeconds: number) =>
  startHeartbeat({
    clock: deps.clock,
    holding: parts.holding,
    visibilityMs: visibilitySeconds * 1000,
    extend: (held) => extend(deps.db, queue, visibilitySeconds, held),
    onLost: (held) => {
      parts.count('lost', held.length);
      deps.log.warn({ queue, messages: held.length }, 'messages were lost to another worker');
    },
    onError: (error) => deps.log.warn({ err: error, queue }, 'a heartbeat of the queue failed'),
  });

/** A read under way: how many messages it asked for, and until when what it brings is certainly invisible to others. */
interface Reading {
  readonly asked: number;
  readonly untilMs: number;
  readonly messages: Promise<readonly QueueMessage[]>;
}

const beginReading = (
  { db, clock }: QueueWorkerDeps,
  queue: string,
  wake: Latch,
  settings: Settings,
  asked: number,
): Reading => {
  wake.reset();
  const untilMs = clock.monotonicMs() + settings.visibilitySeconds * 1000;
  const messages = readMessages(db, queue, settings.ordering, settings.visibilitySeconds, asked);
  // Whoever awaits it hears of its failure; until then nobody may be told.
  messages.catch(() => undefined);
  return { asked, untilMs, messages };
};

/** How long a reader that found nothing waits, unless it is woken. */
const idleMs = async (
  { db, random }: QueueWorkerDeps,
  queue: string,
  state: { readonly notified: boolean; readonly emptyReads: number },
): Promise<number> => {
  const pollMs = state.notified ? idlePollMs : unnotifiedPollMs;
  const dueMs = (await nextVisibleInMs(db, queue)) ?? pollMs;
  const quietMs = Math.min(
    pollMs * (0.8 + 0.4 * random()),
    stragglerPollMs * 2 ** Math.min(state.emptyReads, 20),
  );
  return Math.min(quietMs, dueMs > 0 ? dueMs + 1 : Math.max(contendedPollMs, quietMs));
};

/** Reads until told to stop. Never rejects: an outage is waited out. */
const readLoop = async (
  deps: QueueWorkerDeps,
  queue: string,
  parts: Deliveries,
  settings: Settings,
  state: { readonly stopping: boolean; readonly notified: boolean; emptyReads: number },
): Promise<void> => {
  const { db, log, random } = deps;
  const { wake } = parts;
  let failures = 0;

  let ahead: Reading | undefined;
  let isDeep = false;

  const step = async (): Promise<void> => {
    const room = parts.room();
    if (ahead === undefined && room < 1) {
      await wake.wait(unnotifiedPollMs);
      return;
    }
    const reading = ahead ?? beginReading(deps, queue, wake, settings, room);
    const more = isDeep && !state.stopping ? parts.room(reading.asked) : 0;
    ahead = more >= minReadAhead ? beginReading(deps, queue, wake, settings, more) : undefined;
    const messages = await reading.messages;
    if (state.stopping) {
      await giveBack(db, queue, messages);
      return;
    }
    isDeep = messages.length === reading.asked;
    for (const message of messages) void parts.begin(message, reading.untilMs);
    if (messages.length === 0 && ahead === undefined) {
      state.emptyReads += 1;
      await wake.wait(await idleMs(deps, queue, state));
      return;
    }
    state.emptyReads = 0;
    // Handlers that end at once make room together, and the next read is a large one again.
    await nextTurn();
  };

  while (!state.stopping || ahead !== undefined) {
    try {
      await step();
      failures = 0;
    } catch (error) {
      failures += 1;
      if (failures === 1) log.warn({ err: error, queue }, 'the queue could not be read; trying again');
      if (!state.stopping)
        await wake.wait(random() * Math.min(errorPauseMs.longest, errorPauseMs.first * 2 ** failures));
    }
  }
};

/** One queue's worker in this process. Throws `RangeError` for options out of bounds. */
export const createQueueWorker = (deps: QueueWorkerDeps, options: WorkerOptions): QueueWorker => {
  const { db, clock, log } = deps;
  const { queue } = options;
  const settings = checked(options);
  const parts = createDeliveries(deps, options, settings);
  const state = { stopping: false, notified: false, emptyReads: 0 };
  let running: { loop: Promise<void>; heartbeat: { stop(): void }; subscription: Subscription } | undefined;

  return {
    start: async () => {
      if (running !== undefined) throw new Error(`The worker of ${queue} was started before`);
      await ensureQueue(db, queue);
      const subscription = await db.listen(queueNames(queue).channel, {
        onNotification: () => {
          state.emptyReads = 0;
          parts.wake.open();
        },
        onConnection: (connected) => {
          state.notified = connected;
          parts.wake.open();
        },
      });
      const heartbeat = beat(deps, queue, parts, settings.visibilitySeconds);
      running = { subscription, heartbeat, loop: readLoop(deps, queue, parts, settings, state) };
    },
    stop: async (graceMs) => {
      state.stopping = true;
      parts.wake.open();
      if (running === undefined) return;
      const { loop, heartbeat, subscription } = running;
      const untilMs = clock.monotonicMs() + graceMs;
      // A read that hangs must not hold up the stop; what it brings is given back.
      await Promise.race([loop, sleep(graceMs, undefined, { ref: false })]);
      await subscription.close();
      while (!parts.isIdle() && clock.monotonicMs() < untilMs) {
        await sleep(stopPollMs);
      }
      heartbeat.stop();
      const left = parts.holding.all();
      for (const held of left) parts.holding.lose(held, 'worker_stops');
      if (left.length === 0) return;
      try {
        parts.count('returned', (await giveBack(db, queue, left)).size);
      } catch (error) {
        log.warn({ err: error, queue, messages: left.length }, 'messages become visible again only by time');
      }
    },
  };
};
