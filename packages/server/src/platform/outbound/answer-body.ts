import type { Connection } from './connection.ts';
import { OutboundFailure, type OutboundBody } from './types.ts';

/** The end of a body where it comes in. */
export interface BodyInlet {
  data(bytes: Buffer): void;
  end(): void;
  fail(failure: OutboundFailure): void;
}

/** What nobody has asked for yet is kept up to here; then the other end has to wait. */
const waitingMax = 64 * 1024;

interface State {
  readonly connection: Connection;
  readonly waiting: Buffer[];
  waitingBytes: number;
  over: 'no' | 'ended' | OutboundFailure;
  paused: boolean;
  /** Who waits for the next piece. */
  reader: PromiseWithResolvers<IteratorResult<Buffer, undefined>> | undefined;
  /** Set when what comes is read over: ends that. */
  drained: (() => void) | undefined;
}

const nothingMore: IteratorResult<Buffer, undefined> = { done: true, value: undefined };

const takeReader = (state: State): State['reader'] => {
  const { reader } = state;
  state.reader = undefined;
  return reader;
};

const inletOf = (state: State): BodyInlet => ({
  data: (bytes) => {
    if (state.drained !== undefined) return;
    const reader = takeReader(state);
    if (reader !== undefined) {
      reader.resolve({ done: false, value: bytes });
      return;
    }
    state.waiting.push(bytes);
    state.waitingBytes += bytes.length;
    if (state.waitingBytes <= waitingMax || state.paused) return;
    state.paused = true;
    state.connection.pause();
  },
  end: () => {
    state.over = 'ended';
    state.drained?.();
    takeReader(state)?.resolve(nothingMore);
  },
  fail: (failure) => {
    state.over = failure;
    state.drained?.();
    takeReader(state)?.reject(failure);
  },
});

const goOn = (state: State): void => {
  if (!state.paused || state.over !== 'no') return;
  state.paused = false;
  state.connection.resume();
};

/** The next piece: what came is given before it is told how it ended. */
const nextOf = (state: State): Promise<IteratorResult<Buffer, undefined>> => {
  const value = state.waiting.shift();
  if (value !== undefined) {
    state.waitingBytes -= value.length;
    if (state.waitingBytes === 0) goOn(state);
    return Promise.resolve({ done: false, value });
  }
  if (state.over === 'ended') return Promise.resolve(nothingMore);
  if (state.over !== 'no') return Promise.reject(state.over);
  state.reader = Promise.withResolvers();
  goOn(state);
  return state.reader.promise;
};

const destroy = (state: State): void => {
  if (state.over !== 'no') return;
  state.connection.destroy(new OutboundFailure('aborted', 'the request was given up', { retryable: true }));
};

const wholeOf = async (state: State, maxBytes: number): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // A small answer is here with its head: nothing is waited for.
  while (state.over !== 'ended' || state.waiting.length > 0) {
    const { value } = state.waiting.length > 0 ? { value: state.waiting.shift() } : await nextOf(state);
    if (value === undefined) break;
    chunks.push(value);
    bytes += value.length;
    if (bytes <= maxBytes) continue;
    destroy(state);
    return undefined;
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
};

const drain = (state: State, forMs: number): void => {
  if (state.over !== 'no') return;
  const timer = setTimeout(() => {
    destroy(state);
  }, forMs);
  state.drained = () => {
    clearTimeout(timer);
  };
  state.waiting.length = 0;
  goOn(state);
};

/** A body on its way from a connection to whoever reads it: bytes that come before anybody does are kept. */
export const createAnswerBody = (
  connection: Connection,
): { readonly inlet: BodyInlet; readonly body: OutboundBody } => {
  const state: State = {
    connection,
    waiting: [],
    waitingBytes: 0,
    over: 'no',
    paused: false,
    reader: undefined,
    drained: undefined,
  };
  return {
    inlet: inletOf(state),
    body: {
      [Symbol.asyncIterator]: () => ({ next: () => nextOf(state) }),
      whole: (maxBytes) => wholeOf(state, maxBytes),
      destroy: () => {
        destroy(state);
      },
      drain: (forMs) => {
        drain(state, forMs);
      },
    },
  };
};
