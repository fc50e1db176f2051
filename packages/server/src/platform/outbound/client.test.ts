import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect as connectTcp, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.ts';
import {
  createOutboundClient,
  OutboundFailure,
  type DestinationPolicy,
  type OutboundClient,
  type OutboundClientOptions,
  type OutboundRequest,
} from './index.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Outcome {
  readonly policy: string;
  readonly outcome: string;
}

const newClient = (
  options: Partial<OutboundClientOptions> = {},
  outcomes: Outcome[] = [],
): OutboundClient => {
  const client = createOutboundClient({
    clock: systemClock(),
    log: pino({ level: 'silent' }),
    metricsHooks: { onFinish: ({ policy, outcome }) => outcomes.push({ policy, outcome }) },
    ...options,
  });
  cleanups.push(() => client.close());
  return client;
};

const listen = async (server: Server): Promise<number> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => {
          resolve();
        });
      }),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};

const serve = (listener: RequestListener): Promise<number> => listen(createHttpServer(listener));

/** A server that writes these bytes, whatever it is asked. */
const serveBytes = (bytes: string): Promise<number> =>
  listen(
    createTcpServer((socket) => {
      socket.once('data', () => socket.write(bytes));
    }),
  );

const localPolicy = (port: number): DestinationPolicy => ({
  name: 'test',
  allowHttp: true,
  allowPrivate: ['127.0.0.1'],
  ports: [port],
});

const get = (client: OutboundClient, port: number, more: Partial<OutboundRequest> = {}) =>
  client.request(localPolicy(port), { method: 'GET', url: `http://127.0.0.1:${String(port)}/`, ...more });

const failureOf = async (work: Promise<unknown>): Promise<{ kind: string; retryable: boolean }> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OutboundFailure)) throw new Error(`no OutboundFailure: ${String(error)}`);
  expect(error.message).not.toMatch(/127\.0\.0\.1|localhost/);
  return { kind: error.kind, retryable: error.retryable };
};

describe('an exchange', () => {
  it('hands over method, path, headers and body, and answers status, headers and body', async () => {
    const port = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.writeHead(418, { 'x-answer': 'yes', 'set-cookie': ['a=1', 'b=2'] });
        response.end(
          JSON.stringify({
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      });
    });
    const answer = await newClient().request(localPolicy(port), {
      method: 'POST',
      url: `http://127.0.0.1:${String(port)}/hook?a=1#fragment`,
      headers: { 'Webhook-Id': 'msg_1' },
      body: 'grüße',
    });
    expect(answer).toMatchObject({ status: 418, truncated: false });
    expect(answer.headers).toMatchObject({ 'x-answer': 'yes', 'set-cookie': 'a=1, b=2' });
    expect(JSON.parse(answer.body.toString())).toMatchObject({
      method: 'POST',
      url: '/hook?a=1',
      headers: {
        host: `127.0.0.1:${String(port)}`,
        'webhook-id': 'msg_1',
        'content-length': '7',
        'accept-encoding': 'identity',
      },
      body: 'grüße',
    });
  });

  it('reuses a connection for the same policy and origin, and not for another policy', async () => {
    const sockets = new Set<Socket>();
    const port = await serve((request, response) => {
      sockets.add(request.socket);
      response.end('ok');
    });
    const client = newClient();
    await get(client, port);
    await get(client, port);
    expect(sockets.size).toBe(1);
    const other = { ...localPolicy(port), name: 'other' };
    await client.request(other, { method: 'GET', url: `http://127.0.0.1:${String(port)}/` });
    expect(sockets.size).toBe(2);
  });

  it('tries the next address when one accepts no connection', async () => {
    const port = await serve((_request, response) => response.end('ok'));
    const policy = { ...localPolicy(port), allowPrivate: ['127.0.0.0/8'] };
    const client = newClient({ resolve: () => Promise.resolve(['127.0.0.2', '127.0.0.1']) });
    const url = `http://two.example.com:${String(port)}/`;
    expect((await client.request(policy, { method: 'GET', url })).status).toBe(200);
  });

  it.each([
    ['a line break in a value', { 'x-a': 'b\r\nx-evil: 1' }],
    ['a bare line feed in a value', { 'x-a': 'b\nx-evil: 1' }],
    ['a line break in a name', { 'x-a\r\nx-evil': '1' }],
    ['a NUL', { 'x-a': '\0' }],
    ['characters that are cut to a line break', { 'x-a': 'b\u010d\u010ax-evil: 1' }],
    ['another host', { Host: 'internal' }],
    ['framing of its own', { 'Transfer-Encoding': 'chunked' }],
    ['a length of its own', { 'content-length': '0' }],
    ['a header twice', { 'x-a': '1', 'X-A': '2' }],
    ['more than the limit', { 'x-a': 'a'.repeat(20_000) }],
  ])('refuses headers with %s before anything is sent', async (_what, headers) => {
    let requests = 0;
    const port = await serve((_request, response) => {
      requests += 1;
      response.end();
    });
    expect(await failureOf(get(newClient(), port, { headers }))).toEqual({
      kind: 'protocol',
      retryable: false,
    });
    expect(requests).toBe(0);
  });

  it('tells the metrics once what became of each request', async () => {
    const port = await serve((_request, response) => response.writeHead(503).end());
    const outcomes: Outcome[] = [];
    const client = newClient({}, outcomes);
    await get(client, port);
    await failureOf(client.request({ name: 'strict' }, { method: 'GET', url: 'https://localhost/' }));
    expect(outcomes).toEqual([
      { policy: 'test', outcome: '5xx' },
      { policy: 'strict', outcome: 'forbidden_destination' },
    ]);
  });
});

describe('a destination that turns inwards', () => {
  const secretServer = async () => {
    let requests = 0;
    const port = await serve((_request, response) => {
      requests += 1;
      response.end('internal');
    });
    return { port, requests: () => requests };
  };

  it('is not reached by rebinding: the second answer of the resolver is never asked for the same request', async () => {
    const { port, requests } = await secretServer();
    let answers = 0;
    const dialled: string[] = [];
    const rebinding = () => Promise.resolve([answers++ === 0 ? '93.184.216.34' : '127.0.0.1']);
    const policy = { name: 'test', allowHttp: true, ports: [port] };
    const url = `http://rebind.example.com:${String(port)}/`;
    const client = newClient({
      resolve: rebinding,
      connect: (options) => {
        dialled.push(options.host);
        return connectTcp({ ...options, host: '127.0.0.1', port: 1 });
      },
    });
    expect(await failureOf(client.request(policy, { method: 'GET', url }))).toMatchObject({
      kind: 'connect',
    });
    expect(dialled).toEqual(['93.184.216.34']);
    expect(await failureOf(client.request(policy, { method: 'GET', url }))).toMatchObject({
      kind: 'forbidden_destination',
    });
    expect(dialled).toHaveLength(1);
    expect(requests()).toBe(0);
  });

  it('is not reached when a connection to a checked address ends up at a private one; the control is', async () => {
    const { port, requests } = await secretServer();
    const url = `http://rebind.example.com:${String(port)}/`;
    const toLoopback = (options: { port: number }) => connectTcp({ ...options, host: '127.0.0.1' });
    const policy = { name: 'test', allowHttp: true, ports: [port] };

    const attacked = newClient({
      resolve: () => Promise.resolve(['93.184.216.34']),
      connect: toLoopback,
    });
    const attempt = attacked.request(policy, { method: 'POST', url, body: 'secret' });
    expect(await failureOf(attempt)).toEqual({ kind: 'forbidden_destination', retryable: false });
    expect(requests()).toBe(0);

    const control = newClient({ resolve: () => Promise.resolve(['127.0.0.1']), connect: toLoopback });
    const allowed = { ...policy, allowPrivate: ['rebind.example.com'] };
    const answer = await control.request(allowed, { method: 'GET', url });
    expect(answer.body.toString()).toBe('internal');
    expect(requests()).toBe(1);
  });

  it('is not reached by a redirect: it is an answer', async () => {
    const { port: inner, requests } = await secretServer();
    const location = `http://127.0.0.1:${String(inner)}/`;
    const port = await serve((_request, response) => response.writeHead(307, { location }).end());
    const answer = await get(newClient(), port);
    expect(answer).toMatchObject({ status: 307, headers: { location } });
    expect(requests()).toBe(0);
  });

  it('is not reached by a proxy of the environment', async () => {
    const { port: proxy, requests } = await secretServer();
    const port = await serve((_request, response) => response.end('direct'));
    const url = `http://127.0.0.1:${String(proxy)}`;
    const names = [
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'ALL_PROXY',
      'http_proxy',
      'https_proxy',
      'NODE_USE_ENV_PROXY',
    ];
    for (const name of names) {
      const before = process.env[name];
      process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : url;
      cleanups.push(() => {
        if (before === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before;
      });
    }
    expect((await get(newClient(), port)).body.toString()).toBe('direct');
    expect(requests()).toBe(0);
  });
});

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

describe('giving up', () => {
  it('ends a request when its signal fires, before, while and instead of talking', async () => {
    const port = await serve(() => undefined);
    const client = newClient();
    expect(await failureOf(get(client, port, { signal: AbortSignal.abort() }))).toMatchObject({
      kind: 'aborted',
    });
    expect(await failureOf(get(client, port, { signal: AbortSignal.timeout(50) }))).toMatchObject({
      kind: 'aborted',
    });
  });

  it('ends every request when the client closes, and takes no more', async () => {
    const client = newClient();
    const begun = Promise.withResolvers<undefined>();
    const port = await serve(() => {
      begun.resolve(undefined);
    });
    const hanging = failureOf(get(client, port));
    await begun.promise;
    await client.close();
    expect(await hanging).toMatchObject({ kind: 'aborted' });
    expect(await failureOf(get(client, port))).toMatchObject({ kind: 'aborted' });
  });
});

describe('a destination in trouble', () => {
  it('is given a rest after repeated failures, probed once, and asked again when it works', async () => {
    let nowMs = 0;
    let healthy = false;
    let requests = 0;
    const port = await serve((request, response) => {
      requests += 1;
      if (healthy) response.end('ok');
      else request.socket.destroy();
    });
    const states: string[] = [];
    const client = newClient({
      clock: { nowMs: () => 0, monotonicMs: () => nowMs },
      metricsHooks: { onFinish: () => undefined, onCircuit: ({ state }) => states.push(state) },
      limits: { circuit: { failuresMax: 3, windowMs: 1000, openMs: 100, openMaxMs: 1000 } },
    });
    for (let turn = 0; turn < 3; turn += 1) await failureOf(get(client, port));
    expect(await failureOf(get(client, port))).toEqual({ kind: 'circuit_open', retryable: true });
    expect(requests).toBe(3);
    nowMs = 100;
    expect(await failureOf(get(client, port))).toMatchObject({ kind: 'protocol' });
    expect(await failureOf(get(client, port))).toMatchObject({ kind: 'circuit_open' });
    healthy = true;
    nowMs = 300;
    expect((await get(client, port)).status).toBe(200);
    expect((await get(client, port)).status).toBe(200);
    expect(states).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
  });

  it('does not affect another destination, and answers with an error status are answers', async () => {
    const port = await serve((_request, response) => response.writeHead(500).end());
    const dead = await listen(createTcpServer((socket) => socket.destroy()));
    const client = newClient();
    for (let turn = 0; turn < 6; turn += 1) await failureOf(get(client, dead));
    for (let turn = 0; turn < 10; turn += 1) expect((await get(client, port)).status).toBe(500);
    expect(await failureOf(get(client, dead))).toMatchObject({ kind: 'circuit_open' });
  });

  it('is asked by so many at once; the others wait in turn, within their deadline, in a line of bounded length', async () => {
    let active = 0;
    let activeMost = 0;
    const port = await serve((_request, response) => {
      active += 1;
      activeMost = Math.max(activeMost, active);
      setTimeout(() => {
        active -= 1;
        response.end();
      }, 20);
    });
    const client = newClient({ limits: { activeMax: 2, waitingMax: 4 } });
    const first = Array.from({ length: 6 }, () => get(client, port));
    expect(await failureOf(get(client, port))).toMatchObject({ kind: 'circuit_open' });
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(activeMost).toBe(2);

    const hanging = await serve(() => undefined);
    const holders = [1, 2].map(() => failureOf(get(client, hanging, { timeoutMs: 400 })));
    expect(await failureOf(get(client, hanging, { timeoutMs: 50 }))).toMatchObject({ kind: 'timeout' });
    await Promise.all(holders);
  });
});

describe('TLS', () => {
  const certificate = (name: string): { key: string; cert: string } => {
    const folder = mkdtempSync(join(tmpdir(), 'gpushield-tls-'));
    cleanups.push(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=test', '-addext', `subjectAltName=${name}`, '-days', '2'];
    const files = ['-keyout', key, '-out', cert, '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    execFileSync('openssl', ['req', '-x509', '-nodes', ...files, ...subject], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  };

  const secureServer = async (name: string) => {
    const { key, cert } = certificate(name);
    const seen: unknown[] = [];
    const server = createHttpsServer({ key, cert }, (request, response) => {
      seen.push({ host: request.headers.host, sni: (request.socket as { servername?: unknown }).servername });
      response.end('secure');
    });
    server.on('tlsClientError', () => undefined);
    return { port: await listen(server), cert, seen };
  };

  const resolve = () => Promise.resolve(['127.0.0.1']);
  const ask = (client: OutboundClient, host: string, port: number) =>
    client.request(
      { name: 'test', allowPrivate: ['127.0.0.1'], ports: [port] },
      { method: 'GET', url: `https://${host}:${String(port)}/` },
    );

  it('names the host, not the address, to the server, and trusts what it was told to', async () => {
    const { port, cert, seen } = await secureServer('DNS:hooks.example.com');
    const answer = await ask(newClient({ resolve, ca: cert }), 'hooks.example.com', port);
    expect(answer.body.toString()).toBe('secure');
    expect(seen).toEqual([{ host: `hooks.example.com:${String(port)}`, sni: 'hooks.example.com' }]);
  });

  it('asks once more when a kept connection turns out to be closed, also over TLS', async () => {
    const { key, cert } = certificate('IP:127.0.0.1');
    const answered = new Set<Socket>();
    let requests = 0;
    const server = createHttpsServer({ key, cert }, (request, response) => {
      requests += 1;
      if (answered.has(request.socket)) request.socket.end();
      else response.end('secure');
      answered.add(request.socket);
    });
    const port = await listen(server);
    const client = newClient({ ca: cert });
    expect((await ask(client, '127.0.0.1', port)).status).toBe(200);
    expect((await ask(client, '127.0.0.1', port)).body.toString()).toBe('secure');
    expect([requests, answered.size]).toEqual([3, 2]);
  });

  it('checks the certificate of an address against the address', async () => {
    const { port, cert } = await secureServer('IP:127.0.0.1');
    expect((await ask(newClient({ ca: cert }), '127.0.0.1', port)).status).toBe(200);
  });

  it.each([
    ['is signed by nobody we trust', 'DNS:hooks.example.com', false],
    ['is for another name', 'DNS:other.example.com', true],
  ])(
    'fails for a certificate that %s, even where the environment says not to look',
    async (_what, name, trust) => {
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      cleanups.push(() => {
        delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      });
      const { port, cert, seen } = await secureServer(name);
      const client = newClient({ resolve, ...(trust ? { ca: cert } : {}) });
      expect(await failureOf(ask(client, 'hooks.example.com', port))).toEqual({
        kind: 'tls',
        retryable: false,
      });
      expect(seen).toEqual([]);
    },
  );

  it('fails for a server that speaks no TLS, and for one that never ends the handshake', async () => {
    const plain = await serve((_request, response) => response.end());
    const client = newClient({ resolve, limits: { connectTimeoutMs: 100 } });
    expect(await failureOf(ask(client, 'hooks.example.com', plain))).toMatchObject({ kind: 'tls' });
    const silent = await listen(createTcpServer());
    expect(await failureOf(ask(client, 'hooks.example.com', silent))).toEqual({
      kind: 'tls',
      retryable: true,
    });
  });
});
