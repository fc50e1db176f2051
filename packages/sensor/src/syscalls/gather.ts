import type { SyscallEventInput } from '@gpushield/contracts';
import { isAborted } from '../aborted.ts';
import type { Clock } from '../clock.ts';
import type { Spool } from '../spool/spool.ts';
import type { DraftEvent } from './to-event.ts';

/** Events wait at most this long for company. */
export const gatherMs = 100;
/** Where many come, each request carries more of them: what a request costs besides its events is most of all. */
export const busyGatherMs = 300;
export const busyEvents = 20;
/** How long events wait for the digest of a program that was never seen before. */
const digestMs = 150;
/** Events in memory between the kernel and the spool; what comes above is dropped and counted. */
export const maxWaitingEvents = 20_000;
/** Events of one entry of the spool. */
const maxEntryEvents = 1000;

const withDigest = async ({ event, digest }: DraftEvent): Promise<SyscallEventInput> => {
  const sha256 = await digest;
  return sha256 === undefined ? event : { ...event, executable_sha256: sha256 };
};

/** Collects events for a moment and spools them together. */
export const createGatherer = ({
  spool,
  clock,
  onDrop,
}: {
  readonly spool: Pick<Spool, 'append'>;
  readonly clock: Clock;
  readonly onDrop: (events: number) => void;
}) => {
  let waiting: DraftEvent[] = [];

  /** Answers how many there were. */
  const flush = async (signal: AbortSignal): Promise<number> => {
    if (waiting.length === 0) return 0;
    const taken = waiting;
    waiting = [];
    const late = taken.filter(({ digest }) => digest !== undefined);
    const settled = new Map<DraftEvent, SyscallEventInput>();
    if (late.length > 0) {
      const done = new AbortController();
      const deadline = clock.sleep(digestMs, AbortSignal.any([done.signal, signal]));
      const all = Promise.all(late.map(async (each) => settled.set(each, await withDigest(each))));
      await Promise.race([all, deadline]);
      done.abort();
    }
    for (let start = 0; start < taken.length; start += maxEntryEvents) {
      const part = taken.slice(start, start + maxEntryEvents);
      const payload = part.map((each) => settled.get(each) ?? each.event);
      await spool.append({ kind: 'syscalls', count: payload.length, payload });
    }
    return taken.length;
  };

  return {
    add: (draft: DraftEvent): void => {
      if (waiting.length >= maxWaitingEvents) onDrop(1);
      else waiting.push(draft);
    },
    /** Spools until `signal` aborts, and once more then. Rejects when the disk refuses. */
    run: async (signal: AbortSignal): Promise<void> => {
      for (let last = 0; !isAborted(signal);) {
        await clock.sleep(last >= busyEvents ? busyGatherMs : gatherMs, signal);
        last = await flush(signal);
      }
    },
  };
};
