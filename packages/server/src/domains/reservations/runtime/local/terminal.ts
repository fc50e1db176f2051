import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, openSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { RuntimeRefusal, type TerminalSession, type TerminalSize } from '../port.ts';
import type { JobPlace } from './layout.ts';
import { giveOrder } from './orders.ts';

/** The shell must call back within this. */
const answerMs = 15_000;
/** Addresses of Unix sockets have 107 bytes; longer directories are named by a descriptor. */
const maxPathBytes = 100;
const maxFrameBytes = 16 * 1024 * 1024;
const headBytes = 5;
const kinds = { bytes: 0, size: 1, exit: 2 } as const;

const frame = (kind: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(headBytes);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
};

const sizeFrame = ({ cols, rows }: TerminalSize): Buffer => {
  const payload = Buffer.alloc(4);
  payload.writeUInt16BE(cols, 0);
  payload.writeUInt16BE(rows, 2);
  return frame(kinds.size, payload);
};

/** Waits for the one connection that comes back from the inside. */
const accept = (server: Server, signal: AbortSignal): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const give = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    const refuse = (): void => {
      server.close();
      reject(new RuntimeRefusal('The job did not open a terminal'));
    };
    give.addEventListener('abort', refuse, { once: true });
    server.once('connection', (socket) => {
      give.removeEventListener('abort', refuse);
      server.close();
      resolve(socket);
    });
  });

const listenIn = async (directory: string, name: string): Promise<{ server: Server; done: () => void }> => {
  const path = join(directory, name);
  const descriptor = Buffer.byteLength(path) > maxPathBytes ? openSync(directory, 'r') : undefined;
  const address = descriptor === undefined ? path : `/proc/self/fd/${descriptor}/${name}`;
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, resolve);
  });
  chmodSync(path, 0o666);
  return {
    server,
    done: () => {
      server.close();
      if (descriptor !== undefined) closeSync(descriptor);
    },
  };
};

/** Frames of the socket as a stream of bytes, with the shell's exit code beside. */
const sessionOver = (socket: Socket): TerminalSession => {
  let exit: (code: number | null) => void = () => undefined;
  const exited = new Promise<number | null>((resolve) => {
    exit = resolve;
  });
  let received: Buffer = Buffer.alloc(0);
  const stream = new Duplex({
    read: () => {
      socket.resume();
    },
    write: (chunk: Buffer, _encoding, done) => {
      socket.write(frame(kinds.bytes, chunk), () => done());
    },
    final: (done) => {
      socket.end(() => done());
    },
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  const end = (): void => {
    exit(null);
    if (!stream.readableEnded) stream.push(null);
  };
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    while (received.length >= headBytes) {
      const length = received.readUInt32BE(1);
      if (length > maxFrameBytes) {
        socket.destroy();
        return;
      }
      if (received.length < headBytes + length) return;
      const payload = received.subarray(headBytes, headBytes + length);
      if (received[0] === kinds.bytes && !stream.push(payload)) socket.pause();
      if (received[0] === kinds.exit && payload.length === 4) {
        exit(payload.readInt32BE(0));
        // Nothing comes after it, and the helper waits for this.
        socket.destroy();
        return;
      }
      received = received.subarray(headBytes + length);
    }
  });
  socket.once('close', end);
  socket.on('error', () => socket.destroy());
  stream.on('error', () => socket.destroy());
  return {
    stream,
    exited,
    resize: (size) => {
      if (!socket.destroyed) socket.write(sizeFrame(size));
    },
    close: () => {
      socket.destroy();
    },
  };
};

/**
 * A shell in the sandbox. The server makes a socket that only it can make (the directory is read-only inside), orders a
 * terminal, and the helper inside connects back: so nothing that the job owns is ever connected to.
 */
export const openTerminal = async (
  place: JobPlace,
  size: TerminalSize,
  signal: AbortSignal,
): Promise<TerminalSession> => {
  const name = `t-${randomBytes(8).toString('hex')}.sock`;
  const { server, done } = await listenIn(place.control, name);
  try {
    const connected = accept(server, signal);
    connected.catch(() => undefined);
    await giveOrder(place, ['terminal', name, String(size.cols), String(size.rows)]);
    return sessionOver(await connected);
  } finally {
    done();
  }
};
