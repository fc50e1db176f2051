import type { Clock } from '../clock.ts';
import type { DatabaseLog } from '../database/log.ts';
import type { Database } from '../database/types.ts';
import type { CheckpointFile } from './checkpoint-file.ts';
import type { ChainHead } from './entry.ts';
import { makeCheckpoint } from './make-checkpoint.ts';
import type { AuditSigner } from './signing-key.ts';

export interface CheckpointerOptions {
  readonly db: Pick<Database, 'transaction' | 'query' | 'prepared'>;
  /** The end of this process's chain, from its writer. */
  readonly head: () => ChainHead;
  readonly signer: AuditSigner;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly log: Pick<DatabaseLog, 'info' | 'warn' | 'error'>;
  readonly file?: CheckpointFile | undefined;
  /** A checkpoint is made when this process wrote so many entries since the last one … */
  readonly everyEntries?: number;
  /** … or after so long, if any chain went on. */
  readonly everyMs?: number;
}

export interface Checkpointer {
  start(): Promise<void>;
  /** Makes a last checkpoint. Call it when the writer is closed. */
  stop(): Promise<void>;
  /** Told after each commit of the writer. */
  noteWritten(entries: number): void;
  /** Makes one now, if any chain went on, and hands it to the file. Errors: those of the database and of the file. */
  checkpoint(): Promise<void>;
  health(): CheckpointHealth;
}

export interface CheckpointHealth {
  /** Why the last attempt failed; undefined when it did not. */
  readonly problem: string | undefined;
  readonly lastNumber: number;
}

// What a tamperer could cut off unseen: at most this many entries, and at most this long.
const defaultEveryEntries = 10_000;
const defaultEveryMs = 60_000;

/** Makes checkpoints, one at a time, and keeps the file up with them. Failures are logged and tried again. */
export const createCheckpointer = (options: CheckpointerOptions): Checkpointer => {
  const { db, head, signer, clock, log, file } = options;
  const { everyEntries = defaultEveryEntries, everyMs = defaultEveryMs } = options;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let written = 0;
  let health: CheckpointHealth = { problem: undefined, lastNumber: 0 };

  const once = async (): Promise<void> => {
    written = 0;
    const { checkpoint, cut } = await makeCheckpoint({ db, head, signer, nowMs: clock.nowMs() });
    if (cut !== undefined) {
      log.error(
        { writer_id: cut.known.writerId, written: cut.known.sequence, stored: cut.stored },
        'entries that were written are gone from the audit trail: run "gpushield audit verify"',
      );
    }
    await file?.catchUp(db);
    const problem = cut && 'entries that were written are gone from the trail';
    health = { problem, lastNumber: checkpoint?.number ?? health.lastNumber };
  };
  const checkpoint = (): Promise<void> => {
    running ??= once().finally(() => {
      running = undefined;
    });
    return running;
  };
  const attempt = async (): Promise<void> => {
    try {
      await checkpoint();
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      health = { ...health, problem };
      log.error({ reason: problem }, 'no checkpoint of the audit trail could be made');
    }
  };

  return {
    start: async () => {
      // What a process that crashed left uncovered is covered now.
      await attempt();
      timer = setInterval(() => void attempt(), everyMs);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await running?.catch(() => undefined);
      await attempt();
      await file?.close();
    },
    noteWritten: (entries) => {
      written += entries;
      if (written >= everyEntries && timer !== undefined) void attempt();
    },
    checkpoint,
    health: () => health,
  };
};
