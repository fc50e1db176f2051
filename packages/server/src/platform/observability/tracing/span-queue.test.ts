import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSpanQueue, maxQueuedSpans, type DropReason, type SpanQueue } from './span-queue.ts';

type Answer = (result: { code: number; error?: Error }) => void;

/** A Collector by hand: it answers when and what the test says. */
const collector = () => {
  const sent: ReadableSpan[][] = [];
  let answer: Answer | undefined;
  let mode: 'takes' | 'refuses' | 'hangs' | 'throws' = 'takes';
  return {
    sent,
    set: (next: typeof mode) => {
      mode = next;
    },
    release: () => answer?.({ code: 0 }),
    export: (batch: ReadableSpan[], done: Answer) => {
      sent.push(batch);
      if (mode === 'throws') throw new Error('no');
      if (mode === 'hangs') answer = done;
      else done({ code: mode === 'takes' ? 0 : 1 });
    },
  };
};

const spanNamed = (name: string): ReadableSpan => ({ name }) as ReadableSpan;

describe('the queue of spans', () => {
  let peer: ReturnType<typeof collector>;
  let dropped: Map<DropReason, number>;
  let exported: number;
  let queue: SpanQueue;

  const addMany = (count: number): void => {
    for (let n = 0; n < count; n += 1) queue.add(spanNamed(String(n)));
  };

  beforeEach(() => {
    vi.useFakeTimers();
    peer = collector();
    dropped = new Map();
    exported = 0;
    queue = createSpanQueue({
      exporter: peer,
      onDropped: (reason, spans) => dropped.set(reason, (dropped.get(reason) ?? 0) + spans),
      onExported: (spans) => (exported += spans),
      onFailure: () => undefined,
    });
  });
  afterEach(() => vi.useRealTimers());

  it('sends what arrives together as one batch, in order', async () => {
    addMany(3);
    await vi.advanceTimersByTimeAsync(1000);
    expect(peer.sent.map((batch) => batch.map(({ name }) => name))).toEqual([['0', '1', '2']]);
    expect({ exported, waiting: queue.size() }).toEqual({ exported: 3, waiting: 0 });
  });

  it('does not make a full batch wait for company', async () => {
    addMany(512);
    await vi.advanceTimersByTimeAsync(0);
    expect(exported).toBe(512);
  });

  it('holds no more than its bound while the Collector hangs, and counts what it gives up', async () => {
    peer.set('hangs');
    addMany(10);
    await vi.advanceTimersByTimeAsync(1000);
    addMany(maxQueuedSpans + 90);
    expect(queue.size()).toBe(maxQueuedSpans);
    expect(dropped.get('queue_full')).toBe(100);
    expect(peer.sent).toHaveLength(1);
  });

  it('keeps what an attempt failed to send, and sends it when the Collector is back', async () => {
    peer.set('refuses');
    addMany(5);
    await vi.advanceTimersByTimeAsync(1000);
    expect(queue.size()).toBe(5);
    peer.set('takes');
    await vi.advanceTimersByTimeAsync(1000);
    expect({ exported, lost: [...dropped] }).toEqual({ exported: 5, lost: [] });
  });

  it('gives a batch up that is refused again and again, so that the ones behind it get their turn', async () => {
    peer.set('refuses');
    addMany(512);
    await vi.advanceTimersByTimeAsync(0);
    addMany(7);
    await vi.advanceTimersByTimeAsync(1000 + 2000 + 4000 + 8000);
    peer.set('takes');
    await vi.advanceTimersByTimeAsync(1000);
    expect({ exported, lost: [...dropped] }).toEqual({ exported: 7, lost: [['export_failed', 512]] });
  });

  it('survives an exporter that throws', async () => {
    peer.set('throws');
    addMany(1);
    await vi.advanceTimersByTimeAsync(1000);
    peer.set('takes');
    await vi.advanceTimersByTimeAsync(1000);
    expect(exported).toBe(1);
  });

  it('sends everything that waits when it is closed', async () => {
    addMany(1200);
    await queue.close();
    queue.abandon();
    expect({ exported, lost: [...dropped] }).toEqual({ exported: 1200, lost: [] });
  });

  it('does not insist at its close on a Collector that fails, and counts what is left', async () => {
    peer.set('refuses');
    addMany(600);
    await queue.close();
    queue.abandon();
    queue.add(spanNamed('late'));
    expect({ size: queue.size(), lost: [...dropped] }).toEqual({ size: 0, lost: [['shutdown', 601]] });
  });

  it('counts no span twice when the answer comes after it was abandoned', async () => {
    peer.set('hangs');
    addMany(4);
    const closing = queue.close();
    await vi.advanceTimersByTimeAsync(0);
    queue.abandon();
    peer.release();
    await closing;
    expect({ exported, lost: [...dropped] }).toEqual({ exported: 0, lost: [['shutdown', 4]] });
  });
});
