import { describe, expect, it } from 'vitest';
import type { NewEntry } from '../spool/spool.ts';
import { busyEvents, busyGatherMs, createGatherer, gatherMs, maxWaitingEvents } from './gather.ts';
import type { DraftEvent } from './to-event.ts';

const draft = (pid: number, digest?: Promise<string | undefined>): DraftEvent => ({
  event: { pid, syscall: 'execve', timestamp: '2026-01-01T00:00:00Z' },
  digest,
});

/** A gatherer whose clock runs at once; `run` ends after it spooled what it holds. */
const setUp = () => {
  const entries: NewEntry[] = [];
  const stopping = new AbortController();
  let dropped = 0;
  const clock = {
    now: () => new Date(0),
    monotonicMs: () => 0,
    sleep: () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
  const spool = {
    append: (entry: NewEntry): Promise<boolean> => {
      entries.push(entry);
      return Promise.resolve(true);
    },
  };
  const gatherer = createGatherer({
    ...{ spool, clock },
    onDrop: (events) => {
      dropped += events;
    },
  });
  return {
    ...gatherer,
    entries,
    dropped: () => dropped,
    finish: (): Promise<void> => {
      const ended = gatherer.run(stopping.signal);
      stopping.abort();
      return ended;
    },
  };
};

describe('events on their way to the spool', () => {
  it('go together, in entries of a thousand, and none is left when the sensor stops', async () => {
    const { add, finish, entries } = setUp();
    for (let pid = 1; pid <= 2500; pid += 1) add(draft(pid));
    await finish();
    expect(entries.map(({ kind, count }) => [kind, count])).toEqual([
      ['syscalls', 1000],
      ['syscalls', 1000],
      ['syscalls', 500],
    ]);
  });

  it('are dropped and counted above a bound, so that memory has one', async () => {
    const { add, finish, entries, dropped } = setUp();
    for (let pid = 0; pid < maxWaitingEvents + 7; pid += 1) add(draft(pid));
    expect(dropped()).toBe(7);
    await finish();
    expect(entries.reduce((sum, { count }) => sum + count, 0)).toBe(maxWaitingEvents);
  });

  it('take the digest of their program along, and go without one that does not come', async () => {
    const { add, finish, entries } = setUp();
    const never = new Promise<string>(() => undefined);
    add(draft(1, Promise.resolve('a'.repeat(64))));
    add(draft(2, never));
    await finish();
    expect(entries[0]?.payload).toMatchObject([{ pid: 1, executable_sha256: 'a'.repeat(64) }, { pid: 2 }]);
    expect(JSON.stringify(entries[0]?.payload).match(/executable_sha256/g)).toHaveLength(1);
  });

  it('wait a tenth of a second for company, and longer only behind many', async () => {
    const waits: number[] = [];
    const stopping = new AbortController();
    const counts = [1, busyEvents, 1, 0];
    const clock = {
      now: () => new Date(0),
      monotonicMs: () => 0,
      sleep: (ms: number) => {
        waits.push(ms);
        const count = counts.shift();
        if (count === undefined) stopping.abort();
        for (let pid = 0; pid < (count ?? 0); pid += 1) gatherer.add(draft(pid));
        return Promise.resolve();
      },
    };
    const gatherer = createGatherer({
      ...{ spool: { append: () => Promise.resolve(true) }, clock, onDrop: () => undefined },
    });
    await gatherer.run(stopping.signal);
    expect(waits).toEqual([gatherMs, gatherMs, busyGatherMs, gatherMs, gatherMs]);
  });
});
