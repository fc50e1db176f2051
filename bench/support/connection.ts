import { connect, type Socket } from 'node:net';

/**
 * One keep-alive HTTP/1.1 connection with one request at a time. The load generator shares two cores with what it
 * measures, and this costs a third of node:http: a request is a buffer made once, and of an answer only the status and
 * the length are read.
 */
export interface Connection {
  /** Sends the bytes of one whole request; answers its status and body. Rejects when the connection breaks. */
  exchange(request: Buffer): Promise<Answer>;
  close(): void;
}

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

export interface RequestParts {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const separator = Buffer.from('\r\n\r\n');
const lengthPattern = /\r\ncontent-length: *(\d+)/i;
// An answer that never ends would otherwise hold a bench for ever.
const answerTimeoutMs = 60_000;

/** The bytes of one request. */
export const requestBytes = ({ method, path, headers = {}, body }: RequestParts): Buffer => {
  const payload = Buffer.from(body ?? '');
  const withBody =
    body === undefined ? {} : { 'content-type': 'application/json', 'content-length': payload.length };
  const lines = Object.entries({ host: '127.0.0.1', ...withBody, ...headers }).map(
    ([name, value]) => `${name}: ${String(value)}`,
  );
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`), payload]);
};

/** The first answer in `bytes`, once it is whole. */
const answerIn = (bytes: Buffer): Answer | undefined => {
  const headEnd = bytes.indexOf(separator);
  if (headEnd === -1) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const length = lengthPattern.exec(head)?.[1];
  const status = Number(head.slice(9, 12));
  if (length === undefined && status !== 204)
    throw new Error('An answer without Content-Length is not read here');
  const bodyStart = headEnd + separator.length;
  const bodyEnd = bodyStart + Number(length ?? 0);
  return bytes.length < bodyEnd ? undefined : { status, body: bytes.subarray(bodyStart, bodyEnd) };
};

const opened = (port: number, localAddress: string | undefined): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Connects to a server of this machine, from `localAddress` (one of 127.0.0.0/8) where one is given. */
export const openConnection = async (port: number, localAddress?: string): Promise<Connection> => {
  const socket = await opened(port, localAddress);
  let waiting: Waiting | undefined;
  let received: Buffer = Buffer.alloc(0);
  const fail = (error: Error): void => {
    const asked = waiting;
    waiting = undefined;
    socket.destroy();
    asked?.reject(error);
  };
  socket.setTimeout(answerTimeoutMs, () => fail(new Error('The server did not answer in time')));
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('The server closed the connection')));
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    try {
      const answer = answerIn(received);
      if (answer === undefined) return;
      received = Buffer.alloc(0);
      const asked = waiting;
      waiting = undefined;
      asked?.resolve(answer);
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  });
  return {
    exchange: (request) =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) {
          reject(new Error('The connection is closed'));
          return;
        }
        waiting = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
};
