import { claimId } from '../idempotency/index.ts';
import type { Receipt, Submission } from './types.ts';

/** A submission with the promise that its request waits for. */
export interface Pending<T> {
  readonly submission: Submission<T>;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: unknown) => void;
  /** True once the request was answered without its rows having been stored. */
  readonly isAbandoned: () => boolean;
}

export interface SubmissionQueue<T> {
  add(pending: Pending<T>): void;
  /**
   * The oldest submissions of up to `maxRows` rows, at least one. A second submission with a key that the batch
   * already holds stays for a later batch, where it finds the first one's answer.
   */
  take(maxRows: number): readonly Pending<T>[];
  readonly isEmpty: boolean;
}

const keyOf = <T>({ submission }: Pending<T>): string | undefined =>
  submission.idempotency === undefined ? undefined : claimId(submission.idempotency);

/** First in, first out. Bounded by the writer, which counts rows before it adds. */
export const createSubmissionQueue = <T>(): SubmissionQueue<T> => {
  let waiting: Pending<T>[] = [];
  return {
    add: (pending) => {
      waiting.push(pending);
    },
    take: (maxRows) => {
      const taken: Pending<T>[] = [];
      const left: Pending<T>[] = [];
      const keys = new Set<string>();
      let rows = 0;
      let next = 0;
      for (; next < waiting.length; next += 1) {
        const pending = waiting[next];
        if (pending === undefined) break;
        if (taken.length > 0 && rows + pending.submission.rows > maxRows) break;
        const key = keyOf(pending);
        if (key !== undefined && keys.has(key)) {
          left.push(pending);
          continue;
        }
        if (key !== undefined) keys.add(key);
        rows += pending.submission.rows;
        taken.push(pending);
      }
      waiting = left.concat(waiting.slice(next));
      return taken;
    },
    get isEmpty() {
      return waiting.length === 0;
    },
  };
};
