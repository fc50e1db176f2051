import type { Checkpoint } from '../checkpoint.ts';
import type { AuditChainEntry } from '../entry.ts';

/** Somewhere else that the trail goes. */
export interface AuditSink {
  /** Names it in positions, metrics and health: `file`, `siem`, `syslog`. Renaming one sends it everything anew. */
  readonly name: string;
  /**
   * Takes entries of one writer, in their order. Resolves when the receiver has them; until then they are given
   * again, with the same ids, perhaps by another replica.
   */
  deliver(entries: readonly AuditChainEntry[], signal: AbortSignal): Promise<void>;
  /** Takes checkpoints in their order, in the same way. */
  deliverCheckpoints(checkpoints: readonly Checkpoint[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** The receiver said no, or not now. */
export class SinkRefused extends Error {
  /** When it asked to be tried again; undefined when it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    this.name = 'SinkRefused';
    this.retryAfterMs = retryAfterMs;
  }
}
