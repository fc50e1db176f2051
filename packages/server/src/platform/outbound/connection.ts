import type { Socket } from 'node:net';
import { createAnswerReader, type AnswerReader } from './answer-reader.ts';
import type { AnswerHead } from './read-head.ts';
import { brokenOff, isLost, StaleConnection } from './stale-connection.ts';
import { OutboundFailure } from './types.ts';

/** What is written: a head that ends with an empty line, and a body of as many bytes as the head says. */
export interface RequestBytes {
  readonly head: string;
  readonly body: Buffer | string | undefined;
}

/** Who waits for an answer. After `end` or `fail` nothing more comes. */
export interface AnswerSink {
  head(head: AnswerHead): void;
  data(bytes: Buffer): void;
  end(): void;
  fail(failure: OutboundFailure): void;
}

/** One connection, which carries one request after another. */
export interface Connection {
  /** Writes a request. Call it of a new connection, or of one that is idle. */
  ask(request: RequestBytes, sink: AnswerSink): void;
  /** Lets the other end wait, and go on. */
  pause(): void;
  resume(): void;
  /** Ends it. Whoever waits for an answer hears of the failure. */
  destroy(failure: OutboundFailure): void;
}

export interface ConnectionEvents {
  /** It may carry another request. */
  onIdle(connection: Connection): void;
  onGone(connection: Connection): void;
}

const write = (socket: Socket, { head, body }: RequestBytes): void => {
  // A text goes with the head, in one piece. The head is ASCII.
  if (!Buffer.isBuffer(body)) {
    socket.write(`${head}${body ?? ''}`);
    return;
  }
  socket.cork();
  socket.write(head, 'latin1');
  socket.write(body);
  socket.uncork();
};

interface State {
  sink: AnswerSink | undefined;
  /** How long it may stay idle behind this answer. */
  keepMs: number;
  /** It has carried a request to its end. */
  served: boolean;
  /** A byte of the answer is here. */
  answering: boolean;
}

/** Ends all; `lost`: the failure says no more than that the connection is gone. */
const fail = (state: State, socket: Socket, cause: unknown, lost: boolean): void => {
  const { sink } = state;
  state.sink = undefined;
  socket.destroy();
  if (sink === undefined) return;
  if (lost && state.served && !state.answering) sink.fail(new StaleConnection(cause));
  else sink.fail(cause instanceof OutboundFailure ? cause : brokenOff(cause));
};

/** What the socket tells goes to the reader while somebody waits for an answer, and ends the connection else. */
const listen = (state: State, socket: Socket, reader: AnswerReader): void => {
  const read = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      fail(state, socket, error, error instanceof OutboundFailure && error.retryable);
    }
  };
  socket.on('data', (bytes: Buffer) => {
    // Nobody asked: whatever this is, it must not be taken for the next answer.
    if (state.sink === undefined) {
      socket.destroy();
      return;
    }
    state.answering = true;
    read(() => {
      reader.feed(bytes);
    });
  });
  socket.on('end', () => {
    if (state.sink !== undefined) read(reader.close);
    socket.destroy();
  });
  socket.on('timeout', () => {
    if (state.sink === undefined) socket.destroy();
  });
  socket.on('error', (cause) => {
    fail(state, socket, cause, isLost(cause));
  });
  socket.on('close', () => {
    fail(state, socket, brokenOff(), true);
  });
};

/** Other ends that are gone without a word are noticed by TCP itself. */
const keepAliveMs = 1000;

/** Speaks HTTP/1.1 over a socket that is connected. `idleMs`: how long it waits for another request at most. */
export const createConnection = (socket: Socket, idleMs: number, events: ConnectionEvents): Connection => {
  const state: State = { sink: undefined, keepMs: idleMs, served: false, answering: false };
  const reader = createAnswerReader({
    head: (head) => {
      state.keepMs = Math.min(idleMs, head.keepMs ?? idleMs);
      state.sink?.head(head);
    },
    data: (bytes) => state.sink?.data(bytes),
    end: (clean) => {
      const { sink } = state;
      // Who destroyed it in the midst of an answer wants nothing more of it.
      if (sink === undefined) return;
      state.sink = undefined;
      state.served = true;
      // A request that is still being written, though it was answered, would stand before the next one.
      if (clean && state.keepMs > 0 && socket.writableLength === 0 && !socket.destroyed) rest();
      else socket.destroy();
      sink.end();
    },
  });
  const rest = (): void => {
    socket.setTimeout(state.keepMs);
    socket.unref();
    socket.resume();
    events.onIdle(connection);
  };
  const connection: Connection = {
    ask: (request, sink) => {
      if (state.served) {
        socket.setTimeout(0);
        socket.ref();
        reader.restart();
      }
      state.sink = sink;
      state.answering = false;
      write(socket, request);
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    destroy: (failure) => {
      fail(state, socket, failure, false);
    },
  };
  listen(state, socket, reader);
  socket.on('close', () => {
    events.onGone(connection);
  });
  socket.setKeepAlive(true, keepAliveMs);
  return connection;
};
