import { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { RuntimeRefusal, type TerminalSession, type TerminalSize } from '../port.ts';
import { withQuery } from './api.ts';
import type { Connection } from './connection.ts';
import { containerName } from './inside/scripts.ts';
import { isJson, listIn, numberIn, objectIn, textIn } from './read.ts';

/*
 * Commands inside a container, over a WebSocket: frames of one byte that names a channel, and the bytes of it.
 */

const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3, size: 4 } as const;
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const maxFrameBytes = 4 * 1024 * 1024;

const frame = (channel: number, payload: Buffer): Buffer => Buffer.concat([Buffer.from([channel]), payload]);

const bytesOf = (data: RawData): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);

/** The exit code in what the channel of the status says; null where it says none. */
export const exitCodeOf = (text: string): number | null => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isJson(value)) return null;
  if (textIn(value, 'status') === 'Success') return 0;
  const cause = listIn(objectIn(value, 'details'), 'causes').find(
    (one) => textIn(one, 'reason') === 'ExitCode',
  );
  const code = Number(textIn(cause ?? {}, 'message') || Number.NaN);
  return Number.isSafeInteger(code) ? code : (numberIn(value, 'exitCode') ?? null);
};

export interface Target {
  readonly namespace: string;
  readonly pod: string;
}

const connect = async (
  connection: Connection,
  { namespace, pod }: Target,
  command: readonly string[],
  streams: { readonly stdin: boolean; readonly tty: boolean },
): Promise<WebSocket> => {
  const path = withQuery(`/api/v1/namespaces/${namespace}/pods/${pod}/exec`, {
    container: containerName,
    stdin: streams.stdin,
    stdout: true,
    // A terminal has one stream for both.
    stderr: !streams.tty,
    tty: streams.tty,
  });
  const words = command.map((word) => `&command=${encodeURIComponent(word)}`).join('');
  return connection.socket(path + words, protocols, { maxPayload: maxFrameBytes });
};

/** Runs a command and answers what it wrote to its standard output, the first bytes of it. */
export const runInside = async (
  connection: Connection,
  target: Target,
  command: readonly string[],
  { maxBytes, deadlineMs }: { readonly maxBytes: number; readonly deadlineMs: number },
): Promise<{ readonly exitCode: number | null; readonly output: string }> => {
  const socket = await connect(connection, target, command, { stdin: false, tty: false });
  const chunks: Buffer[] = [];
  let bytes = 0;
  let exitCode: number | null = null;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.terminate();
      reject(new Error('A command in a job took too long'));
    }, deadlineMs);
    socket.on('message', (data: RawData) => {
      const all = bytesOf(data);
      const payload = all.subarray(1);
      if (all[0] === channels.status) exitCode = exitCodeOf(payload.toString('utf8'));
      if (all[0] !== channels.stdout || bytes >= maxBytes) return;
      bytes += payload.length;
      chunks.push(payload);
    });
    socket.on('error', () => socket.terminate());
    socket.once('close', () => {
      clearTimeout(timer);
      resolve({ exitCode, output: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8') });
    });
  });
};

const sizeFrame = ({ cols, rows }: TerminalSize): Buffer =>
  frame(channels.size, Buffer.from(JSON.stringify({ Width: cols, Height: rows })));

/** The frames of the socket as a stream of bytes. What the other side sends faster than it is read waits there. */
const sessionOver = (socket: WebSocket): TerminalSession => {
  let exit: (code: number | null) => void = () => undefined;
  const exited = new Promise<number | null>((resolve) => {
    exit = resolve;
  });
  const stream = new Duplex({
    read: () => {
      if (socket.isPaused) socket.resume();
    },
    write: (chunk: Buffer, _encoding, done) => {
      socket.send(frame(channels.stdin, chunk), () => done());
    },
    final: (done) => {
      socket.close();
      done();
    },
    destroy: (error, done) => {
      socket.terminate();
      done(error);
    },
  });
  socket.on('message', (data: RawData) => {
    const all = bytesOf(data);
    const payload = all.subarray(1);
    if (all[0] === channels.status) {
      exit(exitCodeOf(payload.toString('utf8')));
      socket.close();
    }
    const isOutput = all[0] === channels.stdout || all[0] === channels.stderr;
    if (isOutput && payload.length > 0 && !stream.readableEnded && !stream.push(payload)) socket.pause();
  });
  socket.on('error', () => socket.terminate());
  socket.once('close', () => {
    exit(null);
    if (!stream.readableEnded) stream.push(null);
  });
  stream.on('error', () => socket.terminate());
  return {
    stream,
    exited,
    resize: (size) => {
      if (socket.readyState === socket.OPEN) socket.send(sizeFrame(size));
    },
    close: () => {
      socket.terminate();
    },
  };
};

/** A shell on a terminal of its own. Errors: `RuntimeRefusal` where the container does not run. */
export const openShell = async (
  connection: Connection,
  target: Target,
  command: readonly string[],
  { size, signal }: { readonly size: TerminalSize; readonly signal: AbortSignal },
): Promise<TerminalSession> => {
  let socket: WebSocket;
  try {
    socket = await connect(connection, target, command, { stdin: true, tty: true });
  } catch (error) {
    const said = error instanceof Error ? error.message : '';
    throw new RuntimeRefusal(
      /\b(400|404)\b/.test(said) ? 'The job does not run' : 'The cluster opened no terminal in the job',
    );
  }
  const hangUp = (): void => socket.terminate();
  if (signal.aborted) hangUp();
  else signal.addEventListener('abort', hangUp, { once: true });
  // The signal is the server's and outlives every terminal.
  socket.once('close', () => signal.removeEventListener('abort', hangUp));
  const session = sessionOver(socket);
  session.resize(size);
  return session;
};
