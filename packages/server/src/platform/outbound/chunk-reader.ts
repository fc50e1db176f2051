import { malformed } from './read-head.ts';

/** Reads a body in chunks (RFC 9112, section 7.1) from the pieces in which it comes. */
export interface ChunkReader {
  /** Answers where the body's end stands in `bytes`, or undefined while there is more to come. Throws for anything else. */
  feed(bytes: Buffer): number | undefined;
  restart(): void;
}

/** A size with its extensions, which nobody uses; trailers are read over. */
const sizeLineMax = 256;
const trailersMax = 16 * 1024;
const sizeLine = /^([0-9a-f]{1,12})(?:[\t ]*;[\t\x20-\x7e\x80-\xff]*)?\r\n$/i;
const trailerLine = /^(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*)?\r\n$/;
const lineEnd = '\r\n';
const lineFeed = 0x0a;

interface State {
  reads: 'size' | 'data' | 'data-end' | 'trailers';
  /** What came of a line so far. */
  line: string;
  /** Bytes that are missing of this chunk. */
  left: number;
  trailers: number;
  /** Where the next byte stands. */
  at: number;
}

const initial = (): State => ({ reads: 'size', line: '', left: 0, trailers: 0, at: 0 });

/** The next line with its end; undefined while it is not whole. */
const takeLine = (state: State, bytes: Buffer, max: number): string | undefined => {
  const end = bytes.indexOf(lineFeed, state.at);
  const until = end === -1 ? bytes.length : end + 1;
  if (state.line.length + until - state.at > max) throw malformed();
  const line = state.line + bytes.toString('latin1', state.at, until);
  state.at = until;
  state.line = end === -1 ? line : '';
  return end === -1 ? undefined : line;
};

const takeSize = (state: State, bytes: Buffer): void => {
  const line = takeLine(state, bytes, sizeLineMax);
  if (line === undefined) return;
  const size = sizeLine.exec(line)?.[1];
  if (size === undefined) throw malformed();
  state.left = Number.parseInt(size, 16);
  state.reads = state.left === 0 ? 'trailers' : 'data';
};

const takeData = (state: State, bytes: Buffer): Buffer => {
  const until = Math.min(bytes.length, state.at + state.left);
  const piece = bytes.subarray(state.at, until);
  state.left -= piece.length;
  state.at = until;
  if (state.left === 0) state.reads = 'data-end';
  return piece;
};

const takeDataEnd = (state: State, bytes: Buffer): void => {
  const line = takeLine(state, bytes, lineEnd.length);
  if (line === undefined) return;
  if (line !== lineEnd) throw malformed();
  state.reads = 'size';
};

/** Whether that was the last line. */
const takeTrailer = (state: State, bytes: Buffer): boolean => {
  const line = takeLine(state, bytes, trailersMax - state.trailers);
  if (line === undefined) return false;
  if (!trailerLine.test(line)) throw malformed();
  state.trailers += line.length;
  return line === lineEnd;
};

export const createChunkReader = (onData: (bytes: Buffer) => void): ChunkReader => {
  const state = initial();
  return {
    feed: (bytes) => {
      state.at = 0;
      while (state.at < bytes.length) {
        if (state.reads === 'data') onData(takeData(state, bytes));
        else if (state.reads === 'size') takeSize(state, bytes);
        else if (state.reads === 'data-end') takeDataEnd(state, bytes);
        else if (takeTrailer(state, bytes)) return state.at;
      }
      return undefined;
    },
    restart: () => {
      Object.assign(state, initial());
    },
  };
};
