import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect } from 'vitest';
import { systemClock } from '../../clock.ts';
import {
  createOutboundClient,
  OutboundFailure,
  type DestinationPolicy,
  type OutboundClient,
  type OutboundClientOptions,
  type OutboundRequest,
} from '../index.ts';

export interface Outcome {
  readonly policy: string;
  readonly outcome: string;
}

const localPolicy = (port: number): DestinationPolicy => ({
  name: 'test',
  allowHttp: true,
  allowPrivate: ['127.0.0.1'],
  ports: [port],
});

const get = (client: OutboundClient, port: number, more: Partial<OutboundRequest> = {}) =>
  client.request(localPolicy(port), { method: 'GET', url: `http://127.0.0.1:${String(port)}/`, ...more });

const failureOf = async (work: Promise<unknown>): Promise<{ kind: string; retryable: boolean }> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OutboundFailure)) throw new Error(`no OutboundFailure: ${String(error)}`);
  expect(error.message).not.toMatch(/127\.0\.0\.1|localhost/);
  return { kind: error.kind, retryable: error.retryable };
};

/** Clients and servers of one test file, which end with each test. */
export const outboundStage = () => {
  const cleanups: (() => void | Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  const newClient = (
    options: Partial<OutboundClientOptions> = {},
    outcomes: Outcome[] = [],
  ): OutboundClient => {
    const client = createOutboundClient({
      clock: systemClock(),
      log: pino({ level: 'silent' }),
      metricsHooks: { onFinish: ({ policy, outcome }) => outcomes.push({ policy, outcome }) },
      ...options,
    });
    cleanups.push(() => client.close());
    return client;
  };

  const listen = async (server: Server): Promise<number> => {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(
      () =>
        new Promise<void>((resolve) => {
          for (const socket of sockets) socket.destroy();
          server.close(() => {
            resolve();
          });
        }),
    );
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  };

  const serve = (listener: RequestListener): Promise<number> => listen(createHttpServer(listener));

  /** A server that writes these bytes, whatever it is asked. */
  const serveBytes = (bytes: string): Promise<number> =>
    listen(
      createTcpServer((socket) => {
        socket.once('data', () => socket.write(bytes));
      }),
    );

  return { cleanups, newClient, listen, serve, serveBytes, localPolicy, get, failureOf };
};
