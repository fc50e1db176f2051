import { Readable } from 'node:stream';
import type { Connection } from './connection.ts';
import { OutboundFailure } from './types.ts';

/** The end of a body where it comes in. */
export interface BodyInlet {
  data(bytes: Buffer): void;
  end(): void;
  fail(failure: OutboundFailure): void;
}

/** Its end where it is read, in one of two ways. */
export interface BodyOutlet {
  stream(): Readable;
  whole(maxBytes: number): Promise<Buffer | undefined>;
}

/** What nobody has asked for yet is kept up to here; then the other end has to wait. */
const waitingMax = 64 * 1024;

const givenUp = (): OutboundFailure =>
  new OutboundFailure('aborted', 'the request was given up', { retryable: true });

/** A body that has begun: what came of it, and who reads it. */
interface Body {
  readonly connection: Connection;
  early: Buffer[];
  earlyBytes: number;
  over: 'no' | 'ended' | OutboundFailure;
  reader: BodyInlet | undefined;
}

/** Hands over what is there; what comes goes to the reader from now on. */
const attach = (body: Body, reader: BodyInlet): void => {
  const { early, over } = body;
  body.early = [];
  body.reader = reader;
  for (const bytes of early) reader.data(bytes);
  if (over === 'ended') reader.end();
  else if (over !== 'no') reader.fail(over);
};

const streamOf = (body: Body): Readable => {
  const { connection } = body;
  const made = new Readable({
    read: () => {
      if (body.over === 'no') connection.resume();
    },
    destroy: (error, done) => {
      if (body.over === 'no') connection.destroy(error instanceof OutboundFailure ? error : givenUp());
      done(error);
    },
  });
  attach(body, {
    data: (bytes) => {
      if (!made.push(bytes) && body.over === 'no') connection.pause();
    },
    end: () => made.push(null),
    fail: (failure) => made.destroy(failure),
  });
  return made;
};

const wholeOf = (body: Body, maxBytes: number): Promise<Buffer | undefined> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    attach(body, {
      data: (chunk) => {
        bytes += chunk.length;
        if (bytes <= maxBytes) {
          chunks.push(chunk);
          return;
        }
        resolve(undefined);
        if (body.over === 'no') body.connection.destroy(givenUp());
      },
      end: () => {
        resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
      },
      fail: reject,
    });
    if (body.over === 'no') body.connection.resume();
  });

/** A body on its way from a connection to whoever reads it: bytes that come before anybody does are kept. */
export const createAnswerBody = (
  connection: Connection,
): { readonly inlet: BodyInlet; readonly outlet: BodyOutlet } => {
  const body: Body = { connection, early: [], earlyBytes: 0, over: 'no', reader: undefined };
  const inlet: BodyInlet = {
    data: (bytes) => {
      if (body.reader !== undefined) {
        body.reader.data(bytes);
        return;
      }
      body.early.push(bytes);
      body.earlyBytes += bytes.length;
      if (body.earlyBytes > waitingMax) connection.pause();
    },
    end: () => {
      body.over = 'ended';
      body.reader?.end();
    },
    fail: (failure) => {
      body.over = failure;
      body.reader?.fail(failure);
    },
  };
  return {
    inlet,
    outlet: { stream: () => streamOf(body), whole: (maxBytes) => wholeOf(body, maxBytes) },
  };
};
