import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../../clock.ts';
import { createConnection, messageOf } from './connection.ts';
import { withDeadline } from './deadline.ts';
import { createOutages, type Outage } from './outages.ts';
import { createRecovery } from './recovery.ts';
import { beatScript, type RedisScript } from './scripts.ts';

export interface RedisLinkOptions {
  /** `redis://…` or `rediss://…`, with its password. */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Names this process among the replicas. */
  readonly replicaId: string;
  /** Replicas to assume before Redis has said how many there are. */
  readonly assumedReplicas: number;
  /** From 0 to 1, for the jitter of reconnecting. */
  readonly random: () => number;
  /** How long one step may take before Redis counts as away. */
  readonly deadlineMs?: number | undefined;
}

export interface LinkState {
  readonly away: boolean;
  /** Live replicas as Redis last counted them, or those that are assumed. */
  readonly replicas: number;
  readonly outages: number;
  readonly reason: string | undefined;
}

/** A sign of life: the version of the shared blocks, and whether an outage has just ended. */
export interface Beat {
  readonly version: number;
  readonly recovered: boolean;
}

/** The one connection to Redis, and whether it can be relied on. */
export interface RedisLink {
  /** Runs a script in one round trip. A failure or a missed deadline begins an outage and rejects. */
  run(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<readonly unknown[]>;
  away(): boolean;
  outage(): Outage;
  state(): LinkState;
  onBeat(listener: (beat: Beat) => void): void;
  /** Waits for the first connection for a second at most: a server starts without Redis too. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** One tag, so that in a cluster all keys are in one slot, as scripts with several keys ask. */
export const redisKey = (...parts: readonly string[]): string => ['{gpushield}:limits', ...parts].join(':');

/** A step takes well under 1 ms; 100 ms are a Redis that is not there for its clients. */
const defaultDeadlineMs = 100;
const beatMs = 1000;
/** While it is away, looked for more often. */
const searchMs = 200;
/** A replica that is silent for longer no longer shares the quota. */
const replicaTtlUs = 10_000_000;
const startWaitMs = 1000;
const startPauseMs = 10;
/** Refusals that say: this server is no longer, or not yet, the one that takes writes. */
const wrongServer = /^(READONLY|LOADING|MASTERDOWN|CLUSTERDOWN|MISCONF|NOAUTH|WRONGPASS)/;

/** What a link knows of Redis: whether it is there, and how many replicas share it. */
const createCondition = ({ clock, log, assumedReplicas }: RedisLinkOptions) => {
  const outages = createOutages(clock, assumedReplicas);
  const recovery = createRecovery(clock);
  let replicas = assumedReplicas;
  let reason: string | undefined = 'not connected yet';
  return {
    away: outages.away,
    outage: outages.last,
    state: (): LinkState => ({ away: outages.away(), replicas, outages: outages.last().era, reason }),
    lose: (why: string): void => {
      recovery.missed();
      reason = why;
      if (!outages.begin(replicas)) return;
      recovery.began();
      log.warn(
        { reason: why, replicas },
        'Redis is away: each replica counts for itself, with its part of each limit',
      );
    },
    /** True if this sign of life ends an outage. */
    alive: (live: number): boolean => {
      // During an outage others are late with their sign of life: the number may only grow.
      replicas = outages.away() ? Math.max(replicas, live) : live;
      if (!outages.away() || !recovery.isSteady()) return false;
      outages.end();
      reason = undefined;
      log.info({ replicas }, 'Redis is there: limits are shared');
      return true;
    },
  };
};

/** Opens nothing until `start`. */
export const createRedisLink = (options: RedisLinkOptions): RedisLink => {
  const { clock, deadlineMs = defaultDeadlineMs } = options;
  const condition = createCondition(options);
  const listeners: ((beat: Beat) => void)[] = [];
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const lose = (why: string): void => {
    if (!stopped) condition.lose(why);
  };
  const connection = createConnection({ ...options, onLost: lose });

  const run: RedisLink['run'] = async (script, keys, args) => {
    try {
      return await withDeadline(connection.send(script, keys, args), deadlineMs);
    } catch (error) {
      lose(messageOf(error));
      throw error;
    }
  };
  const beat = async (): Promise<void> => {
    const keys = [redisKey('replicas'), redisKey('blocks', 'version')];
    const [live, version] = await run(beatScript, keys, [options.replicaId, String(replicaTtlUs)]);
    if (stopped) return;
    const recovered = condition.alive(Math.max(1, Number(live)));
    for (const listener of listeners) listener({ version: Number(version), recovered });
  };
  /** A beat that fails has begun an outage; the next one looks again. */
  const tryBeat = (): Promise<void> =>
    beat().catch((error: unknown) => {
      // After a failover the name leads elsewhere: connect anew.
      if (wrongServer.test(messageOf(error)) && !stopped) connection.open();
    });
  const schedule = (): void => {
    if (stopped) return;
    timer = setTimeout(() => void tryBeat().finally(schedule), condition.away() ? searchMs : beatMs);
    timer.unref();
  };

  const { away, outage, state } = condition;
  return {
    ...{ run, away, outage, state },
    onBeat: (listener) => void listeners.push(listener),
    start: async () => {
      connection.open();
      const untilMs = clock.monotonicMs() + startWaitMs;
      while (away() && clock.monotonicMs() < untilMs) {
        await tryBeat();
        if (away()) await sleep(startPauseMs);
      }
      schedule();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      connection.close();
    },
  };
};
