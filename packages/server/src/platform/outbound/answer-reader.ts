import { createChunkReader } from './chunk-reader.ts';
import { answerHeadMaxBytes, malformed, readHead, type AnswerHead } from './read-head.ts';
import { brokenOff } from './stale-connection.ts';

/** What an answer consists of, in this order. Called within `feed`. */
export interface AnswerEvents {
  head(head: AnswerHead): void;
  data(bytes: Buffer): void;
  /** `clean`: nothing stands behind the answer, and the connection can carry another one. */
  end(clean: boolean): void;
}

/** Reads one answer after another from the bytes of a connection. Throws `OutboundFailure`. */
export interface AnswerReader {
  feed(bytes: Buffer): void;
  /** The other end has said all it will. */
  close(): void;
  /** From here on another answer is read. */
  restart(): void;
}

/** Answers that only announce another one (RFC 9110, section 15.2); more of them than this mean nothing good. */
const interimMax = 8;
const headEnd = Buffer.from('\r\n\r\n');
const nothing: Buffer = Buffer.alloc(0);
const beginning = 'HTTP/1.';

interface State {
  reads: 'head' | 'length' | 'chunks' | 'until-close' | 'done';
  /** What came of a head so far. */
  begun: Buffer;
  /** Bytes that are missing of a body with a length. */
  left: number;
  interim: number;
}

const initial = (): State => ({ reads: 'head', begun: nothing, left: 0, interim: 0 });

const tooLong = (): Error =>
  malformed(`the answer's header has more than ${String(answerHeadMaxBytes)} bytes`);

/** The head that `bytes` end, and where the next byte stands; undefined while it is not whole. */
const takeHead = (
  state: State,
  bytes: Buffer,
): { readonly head: AnswerHead; readonly rest: Buffer } | undefined => {
  const gathered = state.begun.length === 0 ? bytes : Buffer.concat([state.begun, bytes]);
  const end = gathered.indexOf(headEnd);
  if ((end === -1 ? gathered.length : end) > answerHeadMaxBytes) throw tooLong();
  if (end === -1) {
    // What never ends as a head does must not be waited for.
    if (!beginning.startsWith(gathered.toString('latin1', 0, beginning.length))) throw malformed();
    state.begun = gathered;
    return undefined;
  }
  state.begun = nothing;
  const head = readHead(gathered.toString('latin1', 0, end));
  return { head, rest: gathered.subarray(end + headEnd.length) };
};

/** Throws for one that is not followed by an answer here, or one too many. */
const noteInterim = (state: State, { status }: AnswerHead): void => {
  state.interim += 1;
  if (status === 101) throw malformed('the destination changed the protocol');
  if (state.interim > interimMax) throw malformed();
};

/**
 * HTTP/1.1 as a client reads it, and strictly: one way to say where an answer ends, CRLF as the only end of a line, and
 * sizes that are bounded. What `node:http` does beyond this cost a tenth of a call to a model.
 */
export const createAnswerReader = (events: AnswerEvents): AnswerReader => {
  const state = initial();
  const chunks = createChunkReader(events.data);

  const finish = (clean: boolean): void => {
    state.reads = 'done';
    events.end(clean);
  };
  const begin = (head: AnswerHead, isLast: boolean): void => {
    const { framing } = head;
    state.left = typeof framing === 'number' ? framing : 0;
    state.reads = framing === 'chunks' || framing === 'until-close' ? framing : 'length';
    events.head(head);
    if (state.reads === 'length' && state.left === 0) finish(isLast);
  };
  /** Answers what stands behind the head. */
  const feedHead = (bytes: Buffer): Buffer => {
    let rest = bytes;
    while (rest.length > 0) {
      const taken = takeHead(state, rest);
      if (taken === undefined) return nothing;
      ({ rest } = taken);
      if (taken.head.status >= 200) {
        begin(taken.head, rest.length === 0);
        return rest;
      }
      noteInterim(state, taken.head);
    }
    return rest;
  };
  const feedLength = (bytes: Buffer): void => {
    const own = bytes.length <= state.left ? bytes : bytes.subarray(0, state.left);
    state.left -= own.length;
    events.data(own);
    if (state.left === 0) finish(own.length === bytes.length);
  };
  const feedChunks = (bytes: Buffer): void => {
    const end = chunks.feed(bytes);
    if (end !== undefined) finish(end === bytes.length);
  };

  return {
    feed: (bytes) => {
      const rest = state.reads === 'head' ? feedHead(bytes) : bytes;
      if (rest.length === 0) return;
      if (state.reads === 'length') feedLength(rest);
      else if (state.reads === 'chunks') feedChunks(rest);
      else if (state.reads === 'until-close') events.data(rest);
    },
    close: () => {
      if (state.reads === 'until-close') finish(false);
      else if (state.reads !== 'done') throw brokenOff();
    },
    restart: () => {
      Object.assign(state, initial());
      chunks.restart();
    },
  };
};
