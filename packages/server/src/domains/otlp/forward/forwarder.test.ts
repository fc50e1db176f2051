import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Export, Signal } from '../deps.ts';
import { createForwarder, ForwardRefused, type SendExport } from './forwarder.ts';

const log = pino({ level: 'silent' });
const sent = (text: string): Export => ({ encoding: 'json', bytes: Buffer.from(text) });

const begin = (send: SendExport) => {
  const outcomes: (readonly [Signal, 'sent' | 'dropped'])[] = [];
  const tried: string[] = [];
  const forwarder = createForwarder({
    log,
    sleep: () => Promise.resolve(),
    onForward: (...outcome) => outcomes.push(outcome),
    send: (signal, item, ending) => {
      tried.push(item.bytes.toString());
      return send(signal, item, ending);
    },
  });
  return { forwarder, outcomes, tried };
};

describe('exports that are handed on', () => {
  it('are tried six times while they might be taken, and not again once they never will be', async () => {
    const { forwarder, outcomes, tried } = begin((_signal, { bytes }) =>
      Promise.reject(bytes.toString() === 'bad' ? new ForwardRefused('it answered 400') : new Error('503')),
    );
    forwarder.forward('metrics', sent('bad'));
    forwarder.forward('logs', sent('away'));
    await expect.poll(() => outcomes.length).toBe(2);
    expect(tried).toEqual(['bad', ...Array.from({ length: 6 }, () => 'away')]);
    expect(outcomes).toEqual([
      ['metrics', 'dropped'],
      ['logs', 'dropped'],
    ]);
    await forwarder.close();
  });

  it('do not hold up the end for longer than it may last: what is left is dropped and counted', async () => {
    const { forwarder, outcomes, tried } = begin(
      (_signal, _item, ending) =>
        new Promise((_resolve, reject) => {
          ending.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    );
    for (const text of ['1', '2', '3']) forwarder.forward('traces', sent(text));
    await forwarder.close(20);
    forwarder.forward('traces', sent('late'));
    expect(tried).toEqual(['1']);
    expect(outcomes).toEqual(Array.from({ length: 4 }, () => ['traces', 'dropped']));
  });

  it('that wait at the end are handed on within the time that there is', async () => {
    const { forwarder, outcomes } = begin(() => wait(5));
    for (const text of ['1', '2', '3']) forwarder.forward('metrics', sent(text));
    await forwarder.close();
    expect(outcomes).toEqual(Array.from({ length: 3 }, () => ['metrics', 'sent']));
  });
});
