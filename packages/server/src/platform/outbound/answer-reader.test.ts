import { describe, expect, it } from 'vitest';
import { createAnswerReader } from './answer-reader.ts';
import type { OutboundFailure } from './types.ts';

/** What a reader makes of bytes that come in pieces of so many; `closes`: the connection ends behind them. */
const read = (text: string, size: number, closes = false) => {
  const seen = { status: 0, headers: {} as Record<string, string>, keepMs: undefined as number | undefined };
  let body = '';
  let ended: boolean | undefined;
  let answers = 0;
  const reader = createAnswerReader({
    head: ({ status, headers, keepMs }) => Object.assign(seen, { status, headers: { ...headers }, keepMs }),
    data: (bytes) => (body += bytes.toString('latin1')),
    end: (clean) => {
      ended = clean;
      answers += 1;
    },
  });
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length && ended === undefined; at += size)
    reader.feed(bytes.subarray(at, at + size));
  if (closes) reader.close();
  return { ...seen, body, ended, answers };
};

const sizes = [1, 2, 3, 7, 16, 10_000];
const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

describe('an answer', () => {
  it.each([
    ['of a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', 'hello'],
    ['in chunks', `${chunked}5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\n`, 'hello world'],
    ['in chunks with trailers', `${chunked}A\r\n0123456789\r\n0\r\nx-sum: 1\r\n\r\n`, '0123456789'],
    ['without a body', 'HTTP/1.1 204 No Content\r\n\r\n', ''],
    ['of the length nothing', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n', ''],
    [
      'that was announced',
      'HTTP/1.1 103 Early\r\nlink: a\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok',
      'ok',
    ],
  ])('%s is the same however it is cut, and its connection is clean', (_what, text, body) => {
    for (const size of sizes)
      expect(read(text, size), String(size)).toMatchObject({ body, ended: true, answers: 1 });
  });

  it('without a length ends with its connection, which is not kept', () => {
    const text = 'HTTP/1.1 200 OK\r\n\r\nhello';
    for (const size of sizes)
      expect(read(text, size, true)).toMatchObject({ body: 'hello', ended: false, keepMs: 0 });
  });

  it('keeps names in lower case, joins what is given twice, and takes the first where one is meant', () => {
    const text =
      'HTTP/1.1 429 \r\nRetry-After: 1\r\nretry-after: 9\r\nX-A: 1\r\nx-a:\t2 \r\ncontent-length: 0\r\n\r\n';
    expect(read(text, 5)).toMatchObject({ status: 429, headers: { 'retry-after': '1', 'x-a': '1, 2' } });
  });

  it.each([
    ['says that it closes', 'HTTP/1.1', 'Connection: Keep-Alive, Close', 0],
    ['is of HTTP/1.0', 'HTTP/1.0', 'connection: keep-alive', 0],
    ['says for how long', 'HTTP/1.1', 'keep-alive: timeout=3, max=100', 2000],
    ['says nothing', 'HTTP/1.1', 'x-a: b', undefined],
  ])('that %s is kept as long as that', (_what, version, line, keepMs) => {
    const text = `${version} 200 OK\r\n${line}\r\ncontent-length: 0\r\n\r\n`;
    expect(read(text, 9).keepMs).toBe(keepMs);
  });

  it.each([
    ['a length', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n'],
    ['chunks', `${chunked}0\r\n\r\nHTTP/1.1 200 OK\r\n`],
    ['no body', 'HTTP/1.1 304 Same\r\n\r\nHTTP/1.1 200 OK\r\n'],
  ])('with bytes behind its end (%s) leaves a connection that is not clean', (_what, text) => {
    expect(read(text, 10_000)).toMatchObject({ ended: false, answers: 1 });
  });

  it.each([
    ['that breaks off in its head', 'HTTP/1.1 200 OK\r\n'],
    ['that breaks off in its body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'],
    ['that breaks off between chunks', `${chunked}5\r\nhello\r\n`],
    ['that never begins', ''],
  ])('%s is a failure that may be tried again', (_what, text) => {
    expect(() => read(text, 4, true)).toThrow(
      expect.objectContaining({ kind: 'protocol', retryable: true }) as Error,
    );
  });
});

/** Everything that two readers could take for two different things is no answer. */
const refused: readonly (readonly [string, string])[] = [
  ['another protocol', 'ICY 200 OK\r\n\r\n'],
  ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
  ['line feeds alone', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok\r\n\r\n'],
  ['a carriage return alone', 'HTTP/1.1 200 OK\r\nx-a: b\rcontent-length: 2\r\n\r\nok'],
  ['a folded line', 'HTTP/1.1 200 OK\r\nx-a: b\r\n c\r\ncontent-length: 0\r\n\r\n'],
  ['a space before the colon', 'HTTP/1.1 200 OK\r\ncontent-length : 0\r\n\r\n'],
  ['a line without a colon', 'HTTP/1.1 200 OK\r\nnothing\r\ncontent-length: 0\r\n\r\n'],
  ['a NUL', 'HTTP/1.1 200 OK\r\nx-a: \0\r\ncontent-length: 0\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\na'],
  ['a length and chunks', `HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`],
  ['a length with a sign', 'HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\na'],
  ['a list of lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1, 1\r\n\r\na'],
  ['a coding that it was not asked for', 'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n'],
  ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ['another protocol from here on', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n'],
  ['announcements without end', 'HTTP/1.1 103 Early\r\n\r\n'.repeat(20)],
  ['a size that is no number', `${chunked}0x5\r\nhello\r\n`],
  ['a size with a sign', `${chunked}-1\r\n\r\n`],
  ['a size beyond all numbers', `${chunked}${'f'.repeat(13)}\r\n`],
  ['a size that ends in a line feed', `${chunked}5\nhello\r\n`],
  ['a chunk that is longer than it says', `${chunked}2\r\nhello\r\n`],
  ['a size line without end', `${chunked}5;${'a'.repeat(300)}`],
  ['trailers without end', `${chunked}0\r\n${'x-a: b\r\n'.repeat(4000)}\r\n`],
  ['a head without end', `HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(20_000)}`],
];

describe('bytes that are no answer', () => {
  it.each(refused)('are refused however they are cut: %s', (_what, text) => {
    for (const size of sizes) {
      const refusal = expect.objectContaining({ kind: 'protocol', retryable: false }) as OutboundFailure;
      expect(() => read(text, size), String(size)).toThrow(refusal);
    }
  });
});
