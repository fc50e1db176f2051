import { createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { outboundStage } from './testing/outbound-stage.ts';

const { cleanups, newClient, listen, serve, serveBytes, get, failureOf } = outboundStage();

describe('a destination that misbehaves', () => {
  it('cannot fill memory: an answer of 1 GB is cut off and its connection closed', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'a');
    let written = 0;
    let closed = (): void => undefined;
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': String(1024 ** 3) });
      response.on('close', closed);
      const more = (): void => {
        if (response.destroyed || written >= 1024) return;
        written += 1;
        response.write(chunk, more);
      };
      more();
    });
    const answer = await get(newClient(), port, { maxResponseBytes: 1000 });
    expect(answer).toMatchObject({ status: 200, truncated: true });
    expect(answer.body).toHaveLength(1000);
    await gone;
    expect(written).toBeLessThan(64);
  });

  it('an answer of exactly the limit is whole', async () => {
    const port = await serve((_request, response) => response.end('a'.repeat(1000)));
    expect(await get(newClient(), port, { maxResponseBytes: 1000 })).toMatchObject({ truncated: false });
  });

  it('cannot unpack a bomb in us: compressed bytes stay what they are', async () => {
    const bytes = Buffer.from('1f8b0800', 'hex');
    const port = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bytes),
    );
    expect((await get(newClient(), port)).body).toEqual(bytes);
  });

  it('that never answers ends at the deadline', async () => {
    const port = await serve(() => undefined);
    expect(await failureOf(get(newClient(), port, { timeoutMs: 100 }))).toEqual({
      kind: 'timeout',
      retryable: true,
    });
  });

  it('that drips byte after byte ends at the same deadline', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('.'), 10);
      response.on('close', () => {
        clearInterval(drip);
      });
    });
    expect(await failureOf(get(newClient(), port, { timeoutMs: 150 }))).toMatchObject({ kind: 'timeout' });
  });

  it('that drips its header ends at the same deadline', async () => {
    const port = await listen(
      createTcpServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        const drip = setInterval(() => socket.write('x'), 10);
        socket.on('close', () => {
          clearInterval(drip);
        });
      }),
    );
    expect(await failureOf(get(newClient(), port, { timeoutMs: 150 }))).toMatchObject({ kind: 'timeout' });
  });

  it.each([
    ['is no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['has a header without end', `HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`],
    ['has many headers', `HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(8000)}\r\n`],
    ['has two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na'],
    [
      'has a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['has broken chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
    ['changes the protocol', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
  ])('whose answer %s is a protocol failure', async (_what, bytes) => {
    const port = await serveBytes(bytes);
    expect(await failureOf(get(newClient(), port, { timeoutMs: 2000 }))).toMatchObject({ kind: 'protocol' });
  });

  it('that closes in the middle of its answer is a failure that may be tried again', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.socket?.destroy());
    });
    expect(await failureOf(get(newClient(), port))).toEqual({ kind: 'protocol', retryable: true });
  });

  it('that is not there is a connect failure', async () => {
    const port = await listen(createTcpServer());
    await cleanups.pop()?.();
    expect(await failureOf(get(newClient(), port))).toEqual({ kind: 'connect', retryable: true });
  });

  it('whose name server hangs or has no answer is a dns failure', async () => {
    const hanging = newClient({
      resolve: () => new Promise(() => undefined),
      limits: { resolveTimeoutMs: 50 },
    });
    const request = { method: 'GET', url: 'https://example.com/' } as const;
    expect(await failureOf(hanging.request({ name: 'a' }, request))).toEqual({
      kind: 'dns',
      retryable: true,
    });
    const empty = newClient({ resolve: () => Promise.resolve([]) });
    expect(await failureOf(empty.request({ name: 'a' }, request))).toMatchObject({ kind: 'dns' });
    const failing = newClient({ resolve: () => Promise.reject(new Error('SERVFAIL')) });
    expect(await failureOf(failing.request({ name: 'a' }, request))).toMatchObject({ kind: 'dns' });
  });
});
