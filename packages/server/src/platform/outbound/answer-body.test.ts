import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAnswerBody } from './answer-body.ts';
import type { OutboundFailure } from './types.ts';
import { brokenOff } from './stale-connection.ts';

/** A body, and what was done to its connection. */
const begin = () => {
  const done: string[] = [];
  const note = (what: string) => (): void => void done.push(what);
  const { inlet, body } = createAnswerBody({
    ask: note('ask'),
    pause: note('pause'),
    resume: note('resume'),
    destroy: (failure: OutboundFailure) => {
      done.push('destroy');
      inlet.fail(failure);
    },
  });
  return { inlet, body, done };
};
const much = Buffer.alloc(40 * 1024, 'a');

const textOf = async (body: AsyncIterable<Buffer>): Promise<string> => {
  let text = '';
  for await (const bytes of body) text += bytes.toString();
  return text;
};

afterEach(() => {
  vi.useRealTimers();
});

describe('a body', () => {
  it('gives what came before anybody read it, and what comes, in order', async () => {
    const { inlet, body } = begin();
    inlet.data(Buffer.from('a'));
    inlet.data(Buffer.from('b'));
    const text = textOf(body);
    await Promise.resolve();
    inlet.data(Buffer.from('c'));
    inlet.end();
    expect(await text).toBe('abc');
  });

  it('lets the other end wait while nobody reads, and go on when all was read', async () => {
    const { inlet, body, done } = begin();
    inlet.data(much);
    expect(done).toEqual([]);
    inlet.data(much);
    inlet.data(much);
    expect(done).toEqual(['pause']);
    const iterator = body[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    expect(done).toEqual(['pause']);
    await iterator.next();
    expect(done).toEqual(['pause', 'resume']);
  });

  it('gives what came before it tells how it broke off', async () => {
    const { inlet, body } = begin();
    inlet.data(Buffer.from('half'));
    inlet.fail(brokenOff());
    const iterator = body[Symbol.asyncIterator]();
    expect((await iterator.next()).value?.toString()).toBe('half');
    await expect(iterator.next()).rejects.toMatchObject({ kind: 'protocol' });
  });

  it('is whole up to its limit, and ends its connection beyond', async () => {
    const small = begin();
    small.inlet.data(Buffer.from('ab'));
    const whole = small.body.whole(4);
    small.inlet.data(Buffer.from('cd'));
    small.inlet.end();
    expect((await whole)?.toString()).toBe('abcd');
    expect(small.done).toEqual([]);
    const large = begin();
    large.inlet.data(Buffer.from('abcde'));
    expect(await large.body.whole(4)).toBeUndefined();
    expect(large.done).toEqual(['destroy']);
    const late = begin();
    late.inlet.data(Buffer.from('abcde'));
    late.inlet.end();
    expect(await late.body.whole(4)).toBeUndefined();
    const broken = begin();
    const failing = broken.body.whole(4);
    broken.inlet.fail(brokenOff());
    await expect(failing).rejects.toMatchObject({ kind: 'protocol' });
  });

  it('that is drained keeps nothing, and its connection only as long as it was told', () => {
    vi.useFakeTimers();
    const ended = begin();
    for (let piece = 0; piece < 4; piece += 1) ended.inlet.data(much);
    ended.body.drain(1000);
    for (let piece = 0; piece < 4; piece += 1) ended.inlet.data(much);
    ended.inlet.end();
    vi.advanceTimersByTime(2000);
    expect(ended.done).toEqual(['pause', 'resume']);
    const endless = begin();
    endless.body.drain(1000);
    vi.advanceTimersByTime(999);
    expect(endless.done).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(endless.done).toEqual(['destroy']);
  });

  it('that is destroyed ends its connection once, and after its end not at all', () => {
    const { body, done } = begin();
    body.destroy();
    body.destroy();
    expect(done).toEqual(['destroy']);
    const over = begin();
    over.inlet.end();
    over.body.destroy();
    expect(over.done).toEqual([]);
  });
});
