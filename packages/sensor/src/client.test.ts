import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { backoffMs, maxBackoffMs, maxRetryAfterMs, parseRetryAfter } from './backoff.ts';
import { classifyAnswer, createClient, maxAnswerBytes } from './client.ts';
import { systemClock } from './clock.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});
const clientOf = async (listener: RequestListener) => {
  const listening = createServer(listener);
  server = listening;
  await new Promise<void>((resolve) => void listening.listen(0, '127.0.0.1', resolve));
  const { port } = listening.address() as AddressInfo;
  const readApiKey = () => Promise.resolve('secret-key');
  const baseUrl = `http://127.0.0.1:${port}/`;
  return createClient({
    baseUrl,
    readApiKey,
    fetch,
    clock: systemClock(),
    uuid: () => 'correlation',
    userAgent: 'test',
  });
};
const kindOf = (status: number): string => classifyAnswer({ status, retryAfter: null, body: {} }, 0).kind;

describe('what an answer means', () => {
  it('separates success, later, a matter for people, and never', () => {
    expect([200, 201].map(kindOf)).toEqual(['ok', 'ok']);
    expect([302, 408, 409, 425, 429, 500, 503, 507].map(kindOf)).toEqual(Array(8).fill('retry'));
    expect([401, 403].map(kindOf)).toEqual(['denied', 'denied']);
    expect([400, 404, 413, 415, 422].map(kindOf)).toEqual(Array(5).fill('refused'));
  });
});

describe('waiting', () => {
  it('stays within its bounds for every attempt, chance and Retry-After', () => {
    const input = [
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.nat(1e9),
    ] as const;
    fc.assert(
      fc.property(...input, (attempt, chance, retryAfterMs) => {
        const wait = backoffMs({ attempt, random: () => chance, retryAfterMs });
        expect(wait).toBeGreaterThanOrEqual(Math.min(retryAfterMs, maxRetryAfterMs));
        expect(wait).toBeLessThanOrEqual(maxRetryAfterMs + maxBackoffMs);
        expect(wait).toBeGreaterThan(0);
      }),
    );
  });

  it('reads Retry-After as seconds and as a date, and takes anything else for none', () => {
    expect(parseRetryAfter('7', 0)).toBe(7000);
    expect(parseRetryAfter('Thu, 01 Jan 1970 00:00:09 GMT', 4000)).toBe(5000);
    expect([null, '', 'soon', '-1', '1e9'].map((value) => parseRetryAfter(value, Date.now()))).toEqual([
      0, 0, 0, 0, 0,
    ]);
  });
});

describe('client', () => {
  it('authenticates, names its request, and quotes the idempotency key', async () => {
    const seen: unknown[] = [];
    const client = await clientOf(({ headers, method }, response) => {
      seen.push(method, headers.authorization, headers['idempotency-key'], headers['x-correlation-id']);
      response.end('{"a":1}');
    });
    expect(await client({ method: 'POST', path: '/x', body: {}, idempotencyKey: 'k' })).toEqual({
      kind: 'ok',
      status: 200,
      body: { a: 1 },
    });
    expect(seen).toEqual(['POST', 'Bearer secret-key', '"k"', 'correlation']);
  });

  it('reads no more of an answer than its limit', async () => {
    const client = await clientOf((_, response) => void response.end('x'.repeat(maxAnswerBytes + 1)));
    expect(await client({ method: 'GET', path: '/' })).toMatchObject({
      kind: 'retry',
      reason: `answer larger than ${maxAnswerBytes} bytes`,
    });
  });

  it('never sends its key on to where a redirect points', async () => {
    let requests = 0;
    const client = await clientOf((_, response) => {
      requests += 1;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    expect(await client({ method: 'GET', path: '/' })).toMatchObject({ kind: 'retry' });
    expect(requests).toBe(1);
  });

  it('gives up on a server that never finishes its answer', async () => {
    const client = await clientOf((_, response) => void response.writeHead(200).write('{'));
    expect(await client({ method: 'GET', path: '/', timeoutMs: 100 })).toMatchObject({ kind: 'retry' });
  });
});
