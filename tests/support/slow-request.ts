import { connect, type Socket } from 'node:net';

/** A request whose body comes in two halves, on a connection of its own. */
export interface SlowRequest {
  /** Sends the second half. */
  finish(): void;
  /** The status line's code; undefined when the connection ended without an answer. */
  readonly status: Promise<number | undefined>;
}

export interface RawTarget {
  readonly url: string;
  readonly token: string;
}

/** Opens a connection and sends `head` on it; the answer's first bytes give the status. */
export const sendRaw = (url: string, head: string | Buffer): { socket: Socket; answer: Promise<string> } => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  const answer = new Promise<string>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      if (text.length < 65_536) text += chunk.toString('latin1');
    });
    // What was answered before a connection broke is the answer.
    socket.on('error', () => {
      resolve(text);
    });
    socket.on('close', () => {
      resolve(text);
    });
  });
  socket.write(head);
  return { socket, answer };
};

export const statusIn = (answer: string): number | undefined => {
  const found = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** Begins a POST and leaves it half sent. */
export const beginSlowPost = (target: RawTarget, path: string, body: unknown): SlowRequest => {
  const bytes = Buffer.from(JSON.stringify(body));
  const half = Math.floor(bytes.length / 2);
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${target.token}`,
    'Content-Type: application/json',
    `Content-Length: ${String(bytes.length)}`,
    'Connection: close',
    '',
    '',
  ].join('\r\n');
  const { socket, answer } = sendRaw(target.url, Buffer.concat([Buffer.from(head), bytes.subarray(0, half)]));
  return {
    finish: () => {
      socket.write(bytes.subarray(half));
    },
    status: answer.then(statusIn),
  };
};
