import { Readable } from 'node:stream';
import type { Database } from '../database/types.ts';
import { AppError } from '../errors.ts';
import { claimId, requireSamePayload, type IdempotencyClaim } from './claim.ts';
import {
  addPiece,
  beginRecorded,
  endRecorded,
  findRecorded,
  forgetRecorded,
  readPiece,
} from './recorded-store.ts';

/** Takes down an answer while it leaves. */
export interface Recorder {
  /** Keeps a piece; resolves when it may take the next. Never throws: an answer that cannot be kept still leaves. */
  write(chunk: Buffer): Promise<void>;
  /** The answer left whole. */
  finish(status: number, headers: Readonly<Record<string, string>>): Promise<void>;
  /** The answer broke off: the same key may ask again. */
  abandon(): Promise<void>;
}

export type Recording =
  | { readonly kind: 'first'; readonly recorder: Recorder }
  | {
      readonly kind: 'replay';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Readable;
    };

export interface RecordedAnswers {
  /**
   * Throws `idempotency_in_progress` (409) while the first answer is being made, `idempotency_key_reused` (422) for
   * another payload, `conflict` (409) when the first answer was too large to keep.
   */
  begin(claim: IdempotencyClaim): Promise<Recording>;
}

export interface RecordedAnswersOptions {
  readonly db: Database;
  readonly newId: () => string;
  /** Larger answers leave, and are not kept. */
  readonly maxBytes?: number;
  /** Silence after which whoever was making an answer counts as gone. */
  readonly leaseSeconds?: number;
}

const defaultMaxBytes = 16 * 1024 * 1024;
const defaultLeaseSeconds = 60;
/** A row of this size is written in a millisecond, and two of them are all the memory that a recording takes. */
const pieceBytes = 64 * 1024;

const replayOf = (db: Database, id: string): Readable => {
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for (let sequence = 0; ; sequence += 1) {
      const data = await readPiece(db, id, sequence);
      if (data === undefined) return;
      yield data;
    }
  };
  return Readable.from(pieces(), { objectMode: false });
};

const createRecorder = (
  db: Database,
  id: string,
  limits: { readonly maxBytes: number; readonly leaseSeconds: number },
): Recorder => {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let keptBytes = 0;
  let sequence = 0;
  let keeping = true;

  const flush = async (): Promise<void> => {
    if (waitingBytes === 0) return;
    const data = Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
    try {
      keeping = await addPiece(db, id, { sequence, data, leaseSeconds: limits.leaseSeconds });
      sequence += 1;
    } catch {
      keeping = false;
    }
  };

  return {
    write: async (chunk) => {
      keptBytes += chunk.length;
      if (keptBytes > limits.maxBytes) keeping = false;
      if (!keeping) return;
      waiting.push(chunk);
      waitingBytes += chunk.length;
      if (waitingBytes >= pieceBytes) await flush();
    },
    finish: async (status, headers) => {
      if (keeping) await flush();
      await endRecorded(db, id, { state: keeping ? 'complete' : 'dropped', status, headers });
    },
    abandon: () => forgetRecorded(db, id),
  };
};

/** Idempotency for answers that stream or are large: the first one is kept in pieces as it leaves. */
export const createRecordedAnswers = (options: RecordedAnswersOptions): RecordedAnswers => {
  const { db, newId, maxBytes = defaultMaxBytes, leaseSeconds = defaultLeaseSeconds } = options;
  return {
    begin: async (claim) => {
      const id = newId();
      const known = await db.transaction(async (tx) => {
        // Two first requests at once: the later one waits here and then finds the earlier one's row.
        await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 11))', [claimId(claim)]);
        const found = await findRecorded(tx, claim);
        if (found !== undefined && !found.abandoned) return found;
        await beginRecorded(tx, { id, claim, leaseSeconds });
        return undefined;
      });
      if (known === undefined)
        return { kind: 'first', recorder: createRecorder(db, id, { maxBytes, leaseSeconds }) };
      requireSamePayload(claim, known.payloadHash);
      if (known.state === 'running') throw new AppError('idempotency_in_progress', { retryAfterSeconds: 1 });
      if (known.state === 'dropped' || known.status === null) {
        throw new AppError('conflict', {
          detail: 'This request was answered once already, with more than is kept for a second time',
          remediation: 'Use a new Idempotency-Key to do it again.',
        });
      }
      return { kind: 'replay', status: known.status, headers: known.headers, body: replayOf(db, known.id) };
    },
  };
};
