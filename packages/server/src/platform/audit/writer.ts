import type { KeyObject } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { DatabaseLog } from '../database/log.ts';
import type { Database } from '../database/types.ts';
import { AppError } from '../errors.ts';
import { createDigester } from './digest.ts';
import { sealEntries } from './canonical.ts';
import { emptyChain, type AuditFacts, type ChainHead } from './entry.ts';
import { factsOf } from './facts.ts';
import { isCertain, outcomeOf } from './outcome.ts';
import { createBatchSink, type BatchSink } from './sink.ts';
import type { Audit } from './types.ts';

/** Gauges and counters of one writer. */
export interface AuditWriterStats {
  /** The chain that is being written, and its last durable entry's sequence; 0 before the first. */
  readonly writerId: string;
  readonly sequence: number;
  /** Entries that wait for a commit, those of the commit under way included. */
  readonly pending: number;
  readonly recorded: number;
  readonly failed: number;
  readonly commits: number;
  /** Chains begun after a commit whose outcome nobody knows. */
  readonly restartedChains: number;
}

export interface AuditWriter extends Audit {
  /** Throws when the trail's table cannot be reached. */
  start(): Promise<void>;
  /** Takes no more entries, and resolves when those it has are written or refused. */
  close(): Promise<void>;
  stats(): AuditWriterStats;
  /** The end of the chain that is being written: its last durable entry. */
  head(): ChainHead;
}

export interface AuditWriterOptions {
  readonly db: Pick<Database, 'query' | 'prepared' | 'transaction'>;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Keys the digests under which secrets are stored (`digest.ts`). */
  readonly digestKey: KeyObject;
  readonly log: Pick<DatabaseLog, 'info' | 'error'>;
  /** Entries that may wait; beyond them `overloaded`. */
  readonly maxPendingEntries?: number;
  /** How long a commit may take before its entries are refused. */
  readonly commitTimeoutMs?: number;
  /** Called after each commit or refusal, for metrics. */
  readonly onEntries?: (outcome: 'written' | 'failed', entries: number) => void;
  /** Where sealed batches go; PostgreSQL unless a test says otherwise. */
  readonly sink?: BatchSink;
}

// Some hundred milliseconds of the planned 20,000 entries/s, and at most about 32 MB at some kilobytes each.
const defaultMaxPendingEntries = 8_192;
// One COPY of this many entries takes about 50 ms, so that no request waits long behind another's batch.
const maxBatchEntries = 2_048;
// A commit takes milliseconds; a database that takes this long is not there, and requests must not pile up behind it.
const defaultCommitTimeoutMs = 5_000;
// After such a hang, requests are refused at once for this long before one of them may try again.
const hangCoolOffMs = 1_000;

interface Pending {
  readonly facts: AuditFacts;
  readonly settle: (error?: AppError) => void;
}

interface State {
  chain: ChainHead;
  /** The last durable entry of the chain before, until an entry of the new chain names it. */
  continues: ChainHead | undefined;
  waiting: Pending[];
  inFlight: number;
  closed: boolean;
  coolOffUntilMs: number;
  recorded: number;
  failed: number;
  commits: number;
  restartedChains: number;
}

const unavailable = (cause?: unknown): AppError => new AppError('audit_unavailable', { cause });

/** The first entry of a chain that replaces another says which, and where that one is known to have ended. */
const linked = (
  facts: readonly AuditFacts[],
  chain: ChainHead,
  continues: ChainHead | undefined,
): readonly AuditFacts[] => {
  const [first, ...rest] = facts;
  if (first === undefined || continues === undefined || chain.sequence > 0) return facts;
  const link = {
    chain_continues_writer: continues.writerId,
    chain_continues_sequence: continues.sequence,
    chain_continues_hash: continues.hash.toString('hex'),
  };
  return [{ ...first, details: { ...first.details, ...link } }, ...rest];
};

/** Runs the group commit: one batch at a time, each of all that gathered while the one before was written. */
const createCommitLoop = (state: State, options: Required<AuditWriterOptions>) => {
  const { clock, log, newId, sink } = options;

  const refuse = (entries: readonly Pending[], cause: unknown): void => {
    state.failed += entries.length;
    if (entries.length > 0) options.onEntries('failed', entries.length);
    const error = unavailable(cause);
    for (const entry of entries) entry.settle(error);
  };

  const beginNewChain = (): void => {
    if (state.chain.sequence > 0) state.continues = state.chain;
    state.chain = emptyChain(newId());
    state.restartedChains += 1;
  };

  const fail = (batch: readonly Pending[], error: unknown): void => {
    const outcome = outcomeOf(error);
    const lost = { err: error, entries: batch.length, writer_id: state.chain.writerId, outcome };
    log.error(lost, 'audit entries were not written; what they speak of is refused');
    if (!isCertain(outcome)) beginNewChain();
    if (outcome === 'hanging') state.coolOffUntilMs = clock.monotonicMs() + hangCoolOffMs;
    refuse(batch, error);
    // Who waits behind a database that is away would only wait for the same answer.
    if (outcome !== 'refused') refuse(state.waiting.splice(0), error);
  };

  const commit = async (batch: readonly Pending[]): Promise<void> => {
    const facts = linked(
      batch.map((each) => each.facts),
      state.chain,
      state.continues,
    );
    const { sealed, head } = sealEntries(facts, state.chain);
    await sink.write(sealed);
    // Only now: a batch that was refused leaves its sequences to the next one.
    state.chain = head;
    state.continues = undefined;
    state.recorded += batch.length;
    state.commits += 1;
    options.onEntries('written', batch.length);
  };

  return async (): Promise<void> => {
    while (state.waiting.length > 0) {
      const batch = state.waiting.splice(0, maxBatchEntries);
      state.inFlight = batch.length;
      try {
        await commit(batch);
        for (const entry of batch) entry.settle();
      } catch (error) {
        fail(batch, error);
      } finally {
        state.inFlight = 0;
      }
    }
  };
};

/** Starts the loop when entries wait, after all that this turn of the event loop has to say. */
const createWaker = (run: () => Promise<void>, isWorkLeft: () => boolean) => {
  let running: Promise<void> | undefined;
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const wake = (): void => {
    running ??= turn()
      .then(run)
      .finally(() => {
        running = undefined;
        // An entry may arrive after the loop looked for the last time and before this line: its wake changed nothing.
        if (isWorkLeft()) wake();
      });
  };
  return { wake, idle: async () => running };
};

const initialState = (newId: () => string): State => ({
  chain: emptyChain(newId()),
  continues: undefined,
  waiting: [],
  inFlight: 0,
  closed: false,
  coolOffUntilMs: 0,
  recorded: 0,
  failed: 0,
  commits: 0,
  restartedChains: 0,
});

/**
 * The audit trail's writer: gathers the entries of concurrent requests, chains them by hash and writes each batch
 * with one commit. `record` resolves after that commit. It fails closed: without a database it rejects with
 * `audit_unavailable` (503), with a full buffer with `overloaded` (429).
 */
export const createAuditWriter = (given: AuditWriterOptions): AuditWriter => {
  const maxPendingEntries = given.maxPendingEntries ?? defaultMaxPendingEntries;
  const commitTimeoutMs = given.commitTimeoutMs ?? defaultCommitTimeoutMs;
  const sink = given.sink ?? createBatchSink({ db: given.db, timeoutMs: commitTimeoutMs });
  const onEntries = given.onEntries ?? (() => undefined);
  const options = { ...given, maxPendingEntries, commitTimeoutMs, sink, onEntries };
  const { clock, newId, log } = options;
  const digester = createDigester(given.digestKey);
  const state = initialState(newId);
  const { wake, idle } = createWaker(createCommitLoop(state, options), () => state.waiting.length > 0);
  const pending = (): number => state.waiting.length + state.inFlight;

  return {
    record: (input) => {
      if (state.closed || clock.monotonicMs() < state.coolOffUntilMs) return Promise.reject(unavailable());
      if (pending() >= maxPendingEntries) return Promise.reject(new AppError('overloaded'));
      const facts = factsOf(input, { id: newId(), occurredAtMs: clock.nowMs(), digester });
      return new Promise((resolve, reject) => {
        state.waiting.push({ facts, settle: (error) => (error === undefined ? resolve() : reject(error)) });
        wake();
      });
    },
    start: async () => {
      await given.db.query('SELECT 1 FROM audit_entries LIMIT 0');
      log.info({ writer_id: state.chain.writerId }, 'audit trail open');
    },
    close: async () => {
      state.closed = true;
      while (pending() > 0) await idle();
    },
    head: () => state.chain,
    stats: () => ({
      writerId: state.chain.writerId,
      sequence: state.chain.sequence,
      pending: pending(),
      recorded: state.recorded,
      failed: state.failed,
      commits: state.commits,
      restartedChains: state.restartedChains,
    }),
  };
};
