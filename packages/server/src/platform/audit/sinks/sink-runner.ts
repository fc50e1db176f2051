import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import type { DatabaseLog } from '../../database/log.ts';
import type { Executor } from '../../database/types.ts';
import { readCheckpoints } from '../checkpoint-store.ts';
import {
  checkpointsAsWriter,
  dropLease,
  holdLease,
  readPendingChains,
  readPosition,
  savePositions,
  type PendingChain,
} from '../positions-store.ts';
import { readEntriesAfter } from '../store.ts';
import { SinkRefused, type AuditSink } from './types.ts';

export interface SinkRunnerOptions {
  readonly db: Executor;
  readonly sink: AuditSink;
  /** Names this process as the holder of leases. */
  readonly holder: string;
  readonly clock: Clock;
  /** From 0 to 1, for the jitter of retries. */
  readonly random: () => number;
  readonly log: Pick<DatabaseLog, 'info' | 'warn'>;
  /** Told how many entries the sink still lacks, after each look. */
  readonly onLag: (entries: number) => void;
  readonly pollMs?: number;
  readonly batchEntries?: number;
}

export interface SinkHealth {
  readonly lagEntries: number;
  /** Failures in a row. */
  readonly failures: number;
  readonly problem: string | undefined;
}

export interface SinkRunner {
  readonly name: string;
  start(): void;
  stop(): Promise<void>;
  /** Something was written: look now rather than at the next poll. */
  wake(): void;
  health(): SinkHealth;
}

// Other replicas' entries are found by looking.
const defaultPollMs = 1_000;
// Some hundred kilobytes in memory, whatever the backlog.
const defaultBatchEntries = 500;
const maxPendingChains = 100;
const checkpointsAtOnce = 50;
// Longer than any one delivery, so that nobody else begins the same batch meanwhile.
const leaseMs = 60_000;
const retryFirstMs = 1_000;
const retryMaxMs = 60_000;
// Looking may cost this share of the time at most, however many chains there are.
const lookShare = 0.02;

/** How long to wait after that many failures in a row: doubling, up to a minute, with full jitter above a half. */
export const retryDelayMs = (failures: number, random: number): number => {
  const limit = Math.min(retryMaxMs, retryFirstMs * 2 ** Math.min(failures - 1, 16));
  return Math.round(limit * (0.5 + random / 2));
};

interface RunnerState {
  stopping: AbortController;
  woken: AbortController;
  health: SinkHealth;
  lookMs: number;
}

const createRounds = (options: SinkRunnerOptions, state: RunnerState) => {
  const { db, sink, clock, holder } = options;
  const batchEntries = options.batchEntries ?? defaultBatchEntries;
  const { signal } = state.stopping;
  const hold = (): Promise<boolean> => holdLease(db, { sink: sink.name, holder, ttlMs: leaseMs });

  const deliverChain = async (chain: PendingChain): Promise<number> => {
    const after = { writerId: chain.writerId, sequence: chain.position };
    const entries = (await readEntriesAfter(db, after, batchEntries)).filter(
      ({ writerId }) => writerId === chain.writerId,
    );
    const last = entries.at(-1);
    if (last === undefined) return 0;
    await sink.deliver(entries, signal);
    await savePositions(db, sink.name, [last], clock.nowMs());
    return entries.length;
  };

  const deliverCheckpoints = async (): Promise<number> => {
    const after = await readPosition(db, sink.name, checkpointsAsWriter);
    const checkpoints = await readCheckpoints(db, after, checkpointsAtOnce);
    const last = checkpoints.at(-1);
    if (last === undefined) return 0;
    await sink.deliverCheckpoints(checkpoints, signal);
    const position = { writerId: checkpointsAsWriter, sequence: last.number };
    await savePositions(db, sink.name, [position], clock.nowMs());
    return checkpoints.length;
  };

  const look = async (): Promise<readonly PendingChain[]> => {
    const startedMs = clock.monotonicMs();
    const pending = await readPendingChains(db, sink.name, maxPendingChains);
    state.lookMs = clock.monotonicMs() - startedMs;
    const lagEntries = pending.reduce((sum, { sequence, position }) => sum + sequence - position, 0);
    state.health = { ...state.health, lagEntries };
    options.onLag(lagEntries);
    return pending;
  };

  /** One batch of each chain that has something, so that a long backlog holds up nobody; answers whether it had work. */
  return async (): Promise<boolean> => {
    const pending = await look();
    if (!(await hold())) return false;
    let delivered = 0;
    for (const chain of pending) {
      if (signal.aborted || !(await hold())) return false;
      delivered += await deliverChain(chain);
    }
    delivered += await deliverCheckpoints();
    state.health = { ...state.health, failures: 0, problem: undefined };
    return delivered > 0;
  };
};

/**
 * Brings one sink everything that the trail has: each writer's entries in order, at least once, from a position that
 * is kept in PostgreSQL. Of several replicas one delivers at a time. A sink that fails is tried again for ever, with
 * growing pauses; what it lacks stays in the database, not in memory.
 */
export const createSinkRunner = (options: SinkRunnerOptions): SinkRunner => {
  const { db, sink, holder, log, random } = options;
  const pollMs = options.pollMs ?? defaultPollMs;
  const state: RunnerState = {
    stopping: new AbortController(),
    woken: new AbortController(),
    health: { lagEntries: 0, failures: 0, problem: undefined },
    lookMs: 0,
  };
  const round = createRounds(options, state);
  let running: Promise<void> | undefined;

  const pause = async (ms: number, until: AbortSignal): Promise<void> => {
    await sleep(ms, undefined, { signal: until }).catch(() => undefined);
  };
  /** The shortest time between two looks: the more chains there are, the longer. */
  const breathMs = (): number => state.lookMs / lookShare;

  const fail = (error: unknown): number => {
    const problem = error instanceof Error ? error.message : String(error);
    const failures = state.health.failures + 1;
    state.health = { ...state.health, failures, problem };
    log.warn({ sink: sink.name, reason: problem, failures }, 'the audit trail could not be handed to a sink');
    const asked = error instanceof SinkRefused ? (error.retryAfterMs ?? 0) : 0;
    return Math.max(asked, retryDelayMs(failures, random()));
  };

  const run = async (): Promise<void> => {
    const { signal } = state.stopping;
    const isStopping = (): boolean => signal.aborted;
    while (!isStopping()) {
      state.woken = new AbortController();
      try {
        if (await round()) continue;
        await pause(Math.min(breathMs(), pollMs), signal);
        await pause(Math.max(pollMs, breathMs()), AbortSignal.any([signal, state.woken.signal]));
      } catch (error) {
        if (!isStopping()) await pause(fail(error), signal);
      }
    }
  };

  return {
    name: sink.name,
    start: () => {
      running ??= run();
    },
    wake: () => state.woken.abort(),
    stop: async () => {
      state.stopping.abort();
      await running;
      await dropLease(db, sink.name, holder).catch(() => undefined);
      await sink.close();
    },
    health: () => state.health,
  };
};
