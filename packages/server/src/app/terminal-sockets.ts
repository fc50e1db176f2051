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
import {
  visitHeader,
  type ReservationsPort,
  type TerminalSession,
  type TerminalVisit,
} from '../domains/reservations/index.ts';
import { AppError } from '../platform/errors.ts';
import type { StreamSlots } from '../platform/http/stream-slots.ts';

const path = /^\/v1\/jobs\/[0-9A-Za-z-]{8,36}\/terminal\/?(?:\?|$)/;
const maxMessageBytes = 1_048_576;
/** A client that reads slower than its shell writes: the shell waits above this. */
const highWaterBytes = 1_048_576;
/** It costs no I/O: what is known of the credential is in memory, and revocations are heard of. */
const usualRecheckMs = 1_000;
const pingMs = 30_000;

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
const ask = (app: FastifyInstance, request: IncomingMessage, place: string) => {
  const authorization = authorizationOf(request);
  const forwarded = request.headers['x-forwarded-for'];
  return app.inject({
    method: 'GET',
    url: request.url ?? '/',
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(typeof forwarded === 'string' ? { 'x-forwarded-for': forwarded } : {}),
      [visitHeader]: place,
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

/** Refused now for what they are, not for how the server is. */
const lostRights = (error: unknown): boolean =>
  error instanceof AppError && [401, 403, 404].includes(error.status);

/** What is typed goes to the shell as fast as it reads: meanwhile the client waits, not this server's memory. */
const passTyped = (client: WebSocket, { stream }: TerminalSession, data: RawData): void => {
  if (stream.write(bytesOf(data)) || client.isPaused) return;
  client.pause();
  stream.once('drain', () => client.resume());
};

/** Joins a socket and a shell until one of them ends. */
const join = (client: WebSocket, session: TerminalSession, visit: TerminalVisit, recheckMs: number): void => {
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
    // While the client has to wait its answers are not read.
    if (!alive && !client.isPaused) client.terminate();
    alive = false;
    client.ping();
  }, pingMs);
  const recheck = setInterval(() => {
    visit.recheck().catch((error: unknown) => {
      if (lostRights(error)) client.close(1008, 'The credential is no longer good for this job');
    });
  }, recheckMs);
  client.on('pong', () => {
    alive = true;
  });
  client.on('message', (data, isBinary) => {
    if (isBinary) {
      passTyped(client, session, data);
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
  const sayEnd = (code: number | null): void => {
    tell(client, { type: 'exit', code });
    client.close(1000);
  };
  void session.exited.then((code) => {
    // A slow client has not read all that the shell wrote yet.
    if (stream.readableEnded || stream.destroyed) sayEnd(code);
    else stream.once('close', () => sayEnd(code)).once('end', () => sayEnd(code));
  });
};

const queryNumber = (url: string, name: string, usual: number): number => {
  const value = Number(new URL(url, 'http://localhost').searchParams.get(name) ?? usual);
  return Number.isInteger(value) && value > 0 && value <= 1000 ? value : usual;
};

export interface TerminalSocketsDeps {
  readonly app: FastifyInstance;
  readonly port: ReservationsPort;
  readonly streams: StreamSlots;
  readonly log: Pick<Logger, 'debug'>;
  readonly recheckMs?: number;
}

/** Takes a place among the long-lived answers for as long as the socket is there. False: refused, there is none. */
const takePlace = (streams: StreamSlots, visit: TerminalVisit, socket: Duplex): boolean => {
  try {
    const leave = streams.enter(visit.principalId);
    socket.once('close', leave);
    if (socket.destroyed) leave();
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { status, code } = error;
    const problem = { title: 'Too many terminals are open', status, code, detail: error.options.detail };
    refuse(socket, status, JSON.stringify(problem));
    return false;
  }
};

/** Opens the shell for a socket that was let in, and joins both. */
const open = async (
  { port, log, recheckMs = usualRecheckMs }: TerminalSocketsDeps,
  client: WebSocket,
  asked: { readonly url: string; readonly visit: TerminalVisit; readonly signal: AbortSignal },
): Promise<void> => {
  // What is typed before the shell is there waits for it.
  client.pause();
  const { url, visit, signal } = asked;
  const { jobId, profile, rank } = visit;
  const size = { cols: queryNumber(url, 'cols', 80), rows: queryNumber(url, 'rows', 24) };
  try {
    const session = await port.terminal({ jobId, profile }, { rank, size, signal });
    // Whoever went away meanwhile tells so no more.
    if (client.readyState !== client.OPEN) {
      session.close();
      return;
    }
    join(client, session, visit, recheckMs);
    client.resume();
  } catch (error) {
    log.debug({ err: error, job_id: jobId }, 'a terminal could not be opened');
    tell(client, { type: 'error', message: error instanceof Error ? error.message : 'No terminal' });
    client.close(1011);
  }
};

/** Terminals of jobs over WebSocket. Answers what ends them all. */
export const serveTerminals = (deps: TerminalSocketsDeps): { stop(): void } => {
  const { app, port, streams } = deps;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    handleProtocols: (protocols) => (protocols.has(terminalProtocol) ? terminalProtocol : false),
  });
  const stopping = new AbortController();
  const upgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    let answer: Awaited<ReturnType<typeof ask>> | undefined;
    const visit = await port.visits.ask(async (place) => {
      answer = await ask(app, request, place);
    });
    if (answer?.statusCode !== 200 || visit === undefined) {
      refuse(socket, answer?.statusCode ?? 503, answer?.body ?? '');
      return;
    }
    if (!takePlace(streams, visit, socket)) return;
    sockets.handleUpgrade(request, socket, head, (client) => {
      void open(deps, client, { url: request.url ?? '/', visit, signal: stopping.signal });
    });
  };
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    if (!path.test(request.url ?? '')) {
      refuse(socket, 404, '{"title":"Not Found","status":404}');
      return;
    }
    if (stopping.signal.aborted) {
      refuse(socket, 503, '{"title":"The server stops","status":503}');
      return;
    }
    upgrade(request, socket, head).catch(() => socket.destroy());
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
