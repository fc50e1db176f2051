import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import { createOutboundClient, type OutboundClient, type OutboundRequest } from './index.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** What a connection does with its nth request: the bytes of an answer, or its own end. */
type Behaviour = (socket: Socket, nth: number, connection: number) => void;

/** A server of raw bytes on loopback; `seen` are the requests as connection and number on it. */
const serve = async (behave: Behaviour): Promise<{ readonly port: number; readonly seen: string[] }> => {
  const seen: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    connections += 1;
    const connection = connections;
    let nth = 0;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      if (!/^(GET|POST) /.test(chunk.toString('latin1'))) return;
      nth += 1;
      seen.push(`${String(connection)}.${String(nth)}`);
      behave(socket, nth, connection);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  );
  return { port: (server.address() as AddressInfo).port, seen };
};

const newClient = (): OutboundClient => {
  const client = createOutboundClient({
    clock: systemClock(),
    log: pino({ level: 'silent' }),
    metricsHooks: { onFinish: () => undefined },
  });
  cleanups.push(() => client.close());
  return client;
};

const asker = (port: number) => {
  const client = newClient();
  const policy = { name: 'test', allowHttp: true, allowPrivate: ['127.0.0.1'], ports: [port] };
  const url = `http://127.0.0.1:${String(port)}/`;
  const post = (more: Partial<OutboundRequest>): OutboundRequest => ({
    method: 'POST',
    url,
    body: '{}',
    ...more,
  });
  return {
    whole: async (more: Partial<OutboundRequest> = {}) =>
      (await client.request(policy, post(more))).body.toString(),
    stream: async (more: Partial<OutboundRequest> = {}) => {
      const answer = await client.stream(policy, post(more));
      const chunks: Buffer[] = [];
      for await (const chunk of answer.body) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    },
  };
};

/** Answers once on each connection; the second request meets its end. */
const closing =
  (end: (socket: Socket) => void): Behaviour =>
  (socket, nth) => {
    if (nth === 1) socket.write(ok);
    else end(socket);
  };
const ends: readonly [string, (socket: Socket) => void][] = [
  ['closes', (socket) => socket.end()],
  ['resets', (socket) => socket.resetAndDestroy()],
];

describe.each(['whole', 'stream'] as const)('a kept connection that the other end gave up (%s)', (kind) => {
  it.each(ends)('and %s is replaced by a new one, once', async (_name, end) => {
    const { port, seen } = await serve(closing(end));
    const ask = asker(port)[kind];
    expect(await ask({ repeatable: true })).toBe('ok');
    expect(await ask({ repeatable: true })).toBe('ok');
    expect(seen).toEqual(['1.1', '1.2', '2.1']);
  });

  it('makes a GET be asked again without being told so', async () => {
    const { port, seen } = await serve(closing((socket) => socket.end()));
    const ask = asker(port)[kind];
    const get = { method: 'GET', body: Buffer.alloc(0) } as const;
    expect([await ask(get), await ask(get)]).toEqual(['ok', 'ok']);
    expect(seen).toEqual(['1.1', '1.2', '2.1']);
  });

  it('fails a request that may not be asked twice', async () => {
    const { port, seen } = await serve(closing((socket) => socket.end()));
    const ask = asker(port)[kind];
    await ask();
    await expect(ask()).rejects.toMatchObject({ kind: 'protocol', retryable: true });
    expect(seen).toEqual(['1.1', '1.2']);
  });

  it('is not replaced once a byte of the answer came', async () => {
    const { port, seen } = await serve(closing((socket) => socket.end('H')));
    const ask = asker(port)[kind];
    await ask({ repeatable: true });
    await expect(ask({ repeatable: true })).rejects.toMatchObject({ kind: 'protocol' });
    expect(seen).toEqual(['1.1', '1.2']);
  });

  it('is replaced by a new one and not by another idle one', async () => {
    const held: Socket[] = [];
    const { port, seen } = await serve((socket, nth, connection) => {
      if (nth > 1) socket.end();
      else if (connection > 2) socket.write(ok);
      else if (held.push(socket) === 2) for (const one of held) one.write(ok);
    });
    const ask = asker(port)[kind];
    await Promise.all([ask({ repeatable: true }), ask({ repeatable: true })]);
    expect(await ask({ repeatable: true })).toBe('ok');
    expect(seen.length).toBe(4);
    expect(seen.at(-1)).toBe('3.1');
  });
});

describe.each(['whole', 'stream'] as const)('a new connection that ends without an answer (%s)', (kind) => {
  it('is a failure: nobody asks a server that falls over again and again', async () => {
    const { port, seen } = await serve((socket) => socket.end());
    const ask = asker(port)[kind];
    await expect(ask({ repeatable: true })).rejects.toMatchObject({ kind: 'protocol' });
    expect(seen).toEqual(['1.1']);
  });

  it('is a failure also in the place of a kept one', async () => {
    const { port, seen } = await serve((socket, nth, connection) => {
      if (connection === 1 && nth === 1) socket.write(ok);
      else socket.end();
    });
    const ask = asker(port)[kind];
    await ask({ repeatable: true });
    await expect(ask({ repeatable: true })).rejects.toMatchObject({ kind: 'protocol' });
    expect(seen).toEqual(['1.1', '1.2', '2.1']);
  });
});
