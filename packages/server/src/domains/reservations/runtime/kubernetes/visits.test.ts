import { EventEmitter, getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { commandSpec } from '../../../../testing/reservations/specs.ts';
import { RuntimeRefusal } from '../port.ts';
import type { KubeApi } from './api.ts';
import { openShell } from './exec.ts';
import { createVisits } from './visits.ts';

/** A socket that ends when it is told to. */
class Socket extends EventEmitter {
  readonly OPEN = 1;
  readyState = 1;
  isPaused = false;
  send(): void {
    this.readyState = 1;
  }
  terminate(): void {
    this.emit('close');
  }
}

const connectionTo = (asked: string[], each: (socket: Socket) => void = () => undefined) => ({
  send: () => Promise.reject(new Error('Nothing is sent here')),
  socket: (path: string): Promise<WebSocket> => {
    asked.push(/pods\/([^/]+)\/exec/.exec(path)?.[1] ?? '');
    const socket = new Socket();
    each(socket);
    return Promise.resolve(socket as unknown as WebSocket);
  },
});

const visitsOf = (pods: readonly { name: string; phase: string }[], asked: string[]) => {
  const nothing = () => Promise.reject(new Error('This is not asked here'));
  const api: KubeApi = {
    get: nothing,
    create: nothing,
    replace: nothing,
    remove: nothing,
    tail: nothing,
    follow: nothing,
    list: () =>
      Promise.resolve({
        version: '1',
        items: pods.map(({ name, phase }) => ({ metadata: { name }, status: { phase } })),
      }),
  };
  const settings = { namespace: 'jobs' } as Parameters<typeof createVisits>[0]['settings'];
  const connection = connectionTo(asked, (socket) => setImmediate(() => socket.emit('close')));
  return createVisits({ api, connection, settings });
};

describe('what is told to a job of several nodes', () => {
  const ref = commandSpec(null);
  const name = (rank: number) => `gs-${ref.jobId}-${rank}`;
  const note = { message: 'hello', fileName: null, clearPrefix: null };

  it('reaches the ranks that run, by their own names, and is no failure for those that are over', async () => {
    const asked: string[] = [];
    const visits = visitsOf(
      [
        { name: name(2), phase: 'Running' },
        { name: name(1), phase: 'Succeeded' },
      ],
      asked,
    );
    await visits.notify(ref, note);
    expect(asked).toEqual([name(2)]);
  });

  it('is refused where nothing runs any more', async () => {
    const visits = visitsOf([{ name: name(0), phase: 'Failed' }], []);
    await expect(visits.notify(ref, note)).rejects.toBeInstanceOf(RuntimeRefusal);
  });
});

describe('a terminal in a pod', () => {
  it('leaves nothing behind on the signal of the server, which outlives it', async () => {
    const stopping = new AbortController();
    const target = { namespace: 'jobs', pod: 'p' };
    const options = { size: { cols: 80, rows: 24 }, signal: stopping.signal };
    const session = await openShell(connectionTo([]), target, ['/bin/sh'], options);
    expect(getEventListeners(stopping.signal, 'abort')).toHaveLength(1);
    session.close();
    expect(getEventListeners(stopping.signal, 'abort')).toHaveLength(0);
  });
});
