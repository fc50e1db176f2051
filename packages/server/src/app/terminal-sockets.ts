import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  terminalBearerPrefix,
  TerminalClientMessage,
  terminalProtocol,
  type TerminalServerMessage,
} from '@gpushield/contracts';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { Value } from 'typebox/value';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import type { ReservationsPort, TerminalSession } from '../domains/reservations/index.ts';

const path = /^\/v1\/jobs\/[0-9A-Za-z-]{8,36}\/terminal\/?(?:\?|$)/;
const maxTerminals = 500;
const maxMessageBytes = 1_048_576;
/** A client that reads slower than its shell writes: the shell waits above this. */
const highWaterBytes = 1_048_576;
const recheckMs = 30_000;
const pingMs = 30_000;

interface Admitted {
  readonly jobId: string;
  readonly rank: number;
}

const bytesOf = (data: RawData): Buffer => {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
};

/** Browsers cannot set headers: their credential is a subprotocol. */
const authorizationOf = ({ headers }: IncomingMessage): string | undefined => {
  if (headers.authorization !== undefined) return headers.authorization;
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const credential = offered.find((name) => name.startsWith(terminalBearerPrefix));
  return credential === undefined ? undefined : `Bearer ${credential.slice(terminalBearerPrefix.length)}`;
};

/** Asks the route of the same path, so that the one pipeline decides: identity, scope, limits, audit. */
const admit = async (app: FastifyInstance, request: IncomingMessage) => {
  const authorization = authorizationOf(request);
  const forwarded = request.headers['x-forwarded-for'];
  return app.inject({
    method: 'GET',
    url: request.url ?? '/',
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(typeof forwarded === 'string' ? { 'x-forwarded-for': forwarded } : {}),
      'user-agent': request.headers['user-agent'] ?? 'unknown',
    },
    remoteAddress: request.socket.remoteAddress ?? '127.0.0.1',
  });
};

const refuse = (socket: Duplex, status: number, body: string): void => {
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
};

const tell = (client: WebSocket, message: TerminalServerMessage): void => {
  if (client.readyState === client.OPEN) client.send(JSON.stringify(message));
};

/** Joins a socket and a shell until one of them ends. */
const join = (client: WebSocket, session: TerminalSession, stillMay: () => Promise<boolean>): void => {
  const { stream } = session;
  let alive = true;
  stream.on('data', (chunk: Buffer) => {
    client.send(chunk, { binary: true });
    if (client.bufferedAmount > highWaterBytes) stream.pause();
  });
  const drain = setInterval(() => {
    if (client.bufferedAmount < highWaterBytes / 2 && stream.isPaused()) stream.resume();
  }, 50);
  const ping = setInterval(() => {
    if (!alive) client.terminate();
    alive = false;
    client.ping();
  }, pingMs);
  const recheck = setInterval(() => {
    void stillMay().then((may) => {
      if (!may) client.close(1008, 'The credential is no longer good for this job');
    });
  }, recheckMs);
  client.on('pong', () => {
    alive = true;
  });
  client.on('message', (data, isBinary) => {
    if (isBinary) {
      stream.write(bytesOf(data));
      return;
    }
    try {
      const message: unknown = JSON.parse(bytesOf(data).toString('utf8'));
      if (Value.Check(TerminalClientMessage, message)) session.resize(message);
    } catch {
      client.close(1003, 'Text frames are JSON');
    }
  });
  client.on('close', () => {
    for (const timer of [drain, ping, recheck]) clearInterval(timer);
    session.close();
  });
  client.on('error', () => {
    client.terminate();
  });
  void session.exited.then((code) => {
    tell(client, { type: 'exit', code });
    client.close(1000);
  });
};

const queryNumber = (url: string, name: string, usual: number): number => {
  const value = Number(new URL(url, 'http://localhost').searchParams.get(name) ?? usual);
  return Number.isInteger(value) && value > 0 && value <= 1000 ? value : usual;
};

/** Terminals of jobs over WebSocket. Answers what ends them all. */
export const serveTerminals = (
  app: FastifyInstance,
  port: ReservationsPort,
  log: Pick<Logger, 'debug'>,
): { stop(): void } => {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    handleProtocols: (protocols) => (protocols.has(terminalProtocol) ? terminalProtocol : false),
  });
  const stopping = new AbortController();
  const open = async (client: WebSocket, request: IncomingMessage, { jobId, rank }: Admitted) => {
    // What is typed before the shell is there waits for it.
    client.pause();
    const url = request.url ?? '/';
    const size = { cols: queryNumber(url, 'cols', 80), rows: queryNumber(url, 'rows', 24) };
    try {
      const session = await port.terminal(jobId, { rank, size, signal: stopping.signal });
      join(client, session, async () => (await admit(app, request)).statusCode === 200);
      client.resume();
    } catch (error) {
      log.debug({ err: error, job_id: jobId }, 'a terminal could not be opened');
      tell(client, { type: 'error', message: error instanceof Error ? error.message : 'No terminal' });
      client.close(1011);
    }
  };
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (!path.test(request.url ?? '')) {
      refuse(socket, 404, '{"title":"Not Found","status":404}');
      return;
    }
    if (sockets.clients.size >= maxTerminals || stopping.signal.aborted) {
      refuse(socket, 503, '{"title":"Too many terminals are open","status":503}');
      return;
    }
    admit(app, request).then(
      (answer) => {
        if (answer.statusCode !== 200) {
          refuse(socket, answer.statusCode, answer.body);
          return;
        }
        const { job_id: jobId, rank } = answer.json<{ job_id: string; rank: number }>();
        sockets.handleUpgrade(request, socket, head, (client) => {
          void open(client, request, { jobId, rank });
        });
      },
      () => socket.destroy(),
    );
  });
  return {
    stop: () => {
      stopping.abort();
      for (const client of sockets.clients) client.close(1001, 'The server stops');
      setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, 1000).unref();
    },
  };
};
