import { createServer as createTcpServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { outboundStage, type Outcome } from './testing/outbound-stage.ts';

const { newClient, listen, serve, localPolicy, get, failureOf } = outboundStage();

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
