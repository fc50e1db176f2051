import { connect, type Socket } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = Buffer.from('0\r\n\r\n');

/** Where this stands in a request, each copy of it says something else: no text is sent twice. */
export const serialMark = 'question 00000000';
const serialDigits = 8;

/** Copies of a request, numbered where it has the mark. */
const createNumbered = (request: Buffer): (() => Buffer) => {
  const mark = request.indexOf(serialMark);
  const at = mark + serialMark.length - serialDigits;
  let number = Math.floor(Math.random() * 1e8);
  return () => {
    if (mark === -1) return request;
    const copy = Buffer.from(request);
    number = (number + 1) % 1e8;
    copy.write(String(number).padStart(serialDigits, '0'), at, 'latin1');
    return copy;
  };
};

/** One keep-alive connection that also reads chunked answers; one request at a time. */
export interface LoadConnection {
  /** Resolves with the milliseconds to the first byte of a body and to the end. Rejects for other statuses than 200. */
  ask(request: Buffer): Promise<{ readonly firstMs: number; readonly totalMs: number }>;
  close(): void;
}

const opened = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });

/** Where the answer in `bytes` ends; undefined while it is not whole. */
const endOf = (bytes: Buffer, bodyAt: number, head: string): boolean => {
  const length = /content-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= bodyAt + Number(length);
  return bytes.subarray(-lastChunk.length).equals(lastChunk);
};

export const openLoadConnection = async (port: number): Promise<LoadConnection> => {
  const socket = await opened(port);
  let onData: (chunk: Buffer) => void = () => undefined;
  let onEnd: (error: Error) => void = () => undefined;
  socket.on('data', (chunk: Buffer) => onData(chunk));
  socket.on('error', (error) => onEnd(error));
  socket.on('close', () => onEnd(new Error('The connection was closed')));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        const startedMs = performance.now();
        let received = Buffer.alloc(0);
        let head: string | undefined;
        let bodyAt = 0;
        let firstMs = 0;
        onEnd = reject;
        onData = (chunk) => {
          received = received.length === 0 ? Buffer.from(chunk) : Buffer.concat([received, chunk]);
          if (head === undefined) {
            const end = received.indexOf(headEnd);
            if (end === -1) return;
            head = received.toString('latin1', 0, end);
            bodyAt = end + headEnd.length;
            if (!head.startsWith('HTTP/1.1 200')) {
              reject(new Error(received.toString('utf8').slice(0, 3000)));
              return;
            }
          }
          if (firstMs === 0 && received.length > bodyAt) firstMs = performance.now() - startedMs;
          if (endOf(received, bodyAt, head)) resolve({ firstMs, totalMs: performance.now() - startedMs });
        };
        socket.write(request);
      }),
    close: () => {
      onEnd = () => undefined;
      socket.destroy();
    },
  };
};

export interface LoadResult {
  readonly perSecond: number;
  /** Ascending. */
  readonly totalMs: Float64Array;
  readonly firstMs: Float64Array;
}

export const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** As many requests as `connections` can make, one after another, for so long. */
export const load = async (options: {
  readonly port: number;
  readonly request: Buffer;
  readonly connections: number;
  readonly durationMs: number;
}): Promise<LoadResult> => {
  const opened = await Promise.all(
    Array.from({ length: options.connections }, () => openLoadConnection(options.port)),
  );
  const totals: number[] = [];
  const firsts: number[] = [];
  const nextRequest = createNumbered(options.request);
  const startedMs = performance.now();
  const untilMs = startedMs + options.durationMs;
  await Promise.all(
    opened.map(async (connection) => {
      while (performance.now() < untilMs) {
        const { firstMs, totalMs } = await connection.ask(nextRequest());
        totals.push(totalMs);
        firsts.push(firstMs);
      }
    }),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  for (const connection of opened) connection.close();
  return {
    perSecond: totals.length / seconds,
    totalMs: new Float64Array(totals).toSorted(),
    firstMs: new Float64Array(firsts).toSorted(),
  };
};
