import { createSecretKey, randomBytes, randomUUIDv7 } from 'node:crypto';
import fc from 'fast-check';
import { pino } from 'pino';
import { Type } from 'typebox';
import { afterEach, describe, expect, it } from 'vitest';
import { createLimitsDomain } from '../../domains/limits/index.ts';
import { namedPrincipals, principalWith, recordedAudit } from '../../testing/http-harness.ts';
import type { Database } from '../database/types.ts';
import { createRecordedAnswers } from '../idempotency/index.ts';
import { createLimits } from '../limits/index.ts';
import { createAdmission } from './admission.ts';
import { clientAddress } from './client-address.ts';
import { createCursorCodec } from './cursor.ts';
import { defaultGateLimits, type GateLimits } from './gate-limits.ts';
import { defineRoute, ok } from './route.ts';
import { createHttpServer, type HttpServer } from './server.ts';
import { createValidatorFactory } from './validation.ts';

const noDatabase = (): never => {
  throw new Error('This must cost no database work');
};
const db: Database = new Proxy({} as Database, { get: () => noDatabase });

const routes = [
  defineRoute({
    method: 'GET',
    path: '/open',
    operationId: 'open',
    summary: 'Open',
    tag: 'Test',
    access: { public: 'test' },
    audit: { when: 'none', why: 'test' },
    effect: 'read',
    schema: { responses: { 200: Type.Unknown() } },
    handler: async (_input, ctx) => ok({ address: ctx.remoteAddress }),
  }),
  defineRoute({
    method: 'GET',
    path: '/closed',
    operationId: 'closed',
    summary: 'Closed',
    tag: 'Test',
    access: { scope: 'nodes:read' },
    audit: { when: 'with', action: 'closed.read' },
    effect: 'read',
    schema: { responses: { 200: Type.Unknown() } },
    handler: async () => ok({}),
  }),
  defineRoute({
    method: 'GET',
    path: '/records',
    operationId: 'records',
    summary: 'Records',
    tag: 'Test',
    access: { scope: 'telemetry:write' },
    audit: { when: 'with', action: 'records.write' },
    effect: 'read',
    schema: { responses: { 200: Type.Unknown() } },
    handler: async () => ok({}),
  }),
];

const movableClock = () => {
  let offsetMs = 0;
  return {
    nowMs: () => Date.now() + offsetMs,
    monotonicMs: () => offsetMs,
    advance: (ms: number) => void (offsetMs += ms),
  };
};

let running: HttpServer | undefined;
afterEach(async () => {
  await running?.app.close();
  running = undefined;
});

interface Options {
  readonly limits?: Partial<GateLimits>;
  readonly trustedProxies?: readonly string[];
  readonly refusals?: number;
  readonly clients?: number;
}

const serve = async (options: Options = {}) => {
  const clock = movableClock();
  const trustedProxies = options.trustedProxies ?? [];
  const limits = createLimits({
    clock,
    log: pino({ level: 'silent' }),
    newId: () => randomUUIDv7(),
    random: () => 0.5,
    redisUrl: undefined,
    replicas: 1,
    blockRule: { refusals: options.refusals ?? 3, windowSeconds: 60, blockSeconds: 300 },
    neverBlocked: trustedProxies,
  });
  const audit = recordedAudit();
  const principals = Object.fromEntries(
    Array.from({ length: options.clients ?? 50 }, (_, n) => `client-${String(n)}`).map((id) => [
      id,
      principalWith(id, ['nodes:read', 'telemetry:write']),
    ]),
  );
  const operator = principalWith('operator', ['limits:read', 'limits:write']);
  const known = namedPrincipals({ ...principals, operator });
  let authentications = 0;
  running = await createHttpServer({
    routes: [
      ...routes,
      ...createLimitsDomain({
        blocks: limits.blocks,
        cursors: createCursorCodec(createSecretKey(randomBytes(32))),
      }).routes,
    ],
    db,
    audit,
    authenticator: {
      authenticate: (source) => {
        authentications += 1;
        return known.authenticate(source);
      },
    },
    limiter: limits.limiter,
    limits: { ...defaultGateLimits, ...options.limits },
    blocks: limits.guard,
    admission: createAdmission(),
    recordedAnswers: createRecordedAnswers({ db, newId: () => randomUUIDv7() }),
    validators: createValidatorFactory(),
    log: pino({ level: 'silent' }),
    clock,
    newId: () => randomUUIDv7(),
    version: '0.0.0-test',
    corsOrigins: [],
    trustedProxies,
    onAuthAttempt: () => undefined,
    onRequest: () => undefined,
    onError: () => undefined,
  });
  const { app } = running;
  const get = async (
    url: string,
    from: { readonly who?: string; readonly address?: string; readonly forwarded?: string } = {},
  ) => {
    const answer = await app.inject({
      method: 'GET',
      url,
      remoteAddress: from.address ?? '192.0.2.1',
      headers: {
        ...(from.who === undefined ? {} : { authorization: `Bearer ${from.who}` }),
        ...(from.forwarded === undefined ? {} : { 'x-forwarded-for': from.forwarded }),
      },
    });
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: answer.json<Record<string, unknown>>(),
    };
  };
  return { app, get, clock, audit, limits, authentications: () => authentications };
};

const tiny = (name: string, quota: number) => ({ name, quota, windowSeconds: 60 });

describe('the client’s address', () => {
  const proxies = ['10.0.0.0/8', 'fd00::/8'];

  it.each([
    ['without a list nothing forwarded is believed', [], '192.0.2.1', '1.1.1.1', '192.0.2.1'],
    ['a stranger’s header is not believed', proxies, '192.0.2.1', '1.1.1.1', '192.0.2.1'],
    ['a listed proxy names its client', proxies, '10.0.0.1', '203.0.113.5', '203.0.113.5'],
    ['what the client wrote itself lies beyond', proxies, '10.0.0.1', '1.1.1.1, 203.0.113.5', '203.0.113.5'],
    [
      'several listed hops are walked',
      proxies,
      '10.0.0.1',
      '1.1.1.1, 203.0.113.5, 10.2.3.4, fd00::7',
      '203.0.113.5',
    ],
    [
      'a listed hop behind a stranger is the stranger’s word',
      proxies,
      '10.0.0.1',
      '10.9.9.9, 203.0.113.5',
      '203.0.113.5',
    ],
    ['garbage makes the proxy the client', proxies, '10.0.0.1', 'nonsense', '10.0.0.1'],
    ['garbage behind hops makes the nearest hop the client', proxies, '10.0.0.1', 'x, 10.2.3.4', '10.2.3.4'],
    ['an empty header makes the proxy the client', proxies, '10.0.0.1', ' , ,', '10.0.0.1'],
    ['a port is not part of it', proxies, '10.0.0.1', '203.0.113.5:4711', '203.0.113.5'],
    ['brackets are not part of it', proxies, '10.0.0.1', '[2001:db8::1]:443', '2001:db8::1'],
    [
      'a proxy seen through a mapped address is listed too',
      proxies,
      '::ffff:10.0.0.1',
      '203.0.113.5',
      '203.0.113.5',
    ],
    [
      'a thousand forged hops change nothing',
      proxies,
      '10.0.0.1',
      `${'6.6.6.6,'.repeat(1000)}203.0.113.5`,
      '203.0.113.5',
    ],
  ])('%s', async (_rule, trustedProxies, address, forwarded, expected) => {
    const { get } = await serve({ trustedProxies });
    expect((await get('/open', { address, forwarded })).body).toEqual({ address: expected });
  });

  it('is never a text of the client’s choice, whatever the proxy passes on', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 5 }), (hops) => {
        const ips = ['10.0.0.1', ...hops];
        const address = clientAddress({ ip: ips.at(-1) ?? '', ips });
        expect(address).toMatch(/^[0-9a-f.:]+$/i);
      }),
    );
  });

  it('counts forged chains as the one client that sends them', async () => {
    const { get } = await serve({
      trustedProxies: proxies,
      limits: { anonymousPerAddress: tiny('anonymous', 3) },
    });
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      const forwarded = `198.51.100.${String(n)}, 203.0.113.5`;
      statuses.push((await get('/open', { address: '10.0.0.1', forwarded })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  it('groups IPv6 by /64, and folds mapped IPv4', async () => {
    const { get } = await serve({ limits: { anonymousPerAddress: tiny('anonymous', 1) } });
    const statusFrom = async (address: string) => (await get('/open', { address })).status;
    expect(await statusFrom('2001:db8:1:2::1')).toBe(200);
    expect(await statusFrom('2001:db8:1:2:ffff:ffff:ffff:ffff')).toBe(429);
    expect(await statusFrom('2001:db8:1:3::1')).toBe(200);
    expect(await statusFrom('198.51.100.1')).toBe(200);
    expect(await statusFrom('::ffff:198.51.100.1')).toBe(429);
  });
});

describe('RateLimit fields', () => {
  it('stand on every limited answer and name the policy that counts for the client', async () => {
    const { get } = await serve();
    const stranger = await get('/open');
    expect(stranger.headers).toMatchObject({
      'ratelimit-policy': '"anonymous";q=600;w=60',
      ratelimit: '"anonymous";r=599;t=1',
    });
    const known = await get('/closed', { who: 'client-1' });
    expect(known.headers['ratelimit-policy']).toBe('"principal";q=60000;w=60');
    const sensor = await get('/records', { who: 'client-1' });
    expect(sensor.headers['ratelimit-policy']).toBe('"ingest";q=600000;w=60');
  });

  it('come with Retry-After and the registered problem type on 429', async () => {
    const { get } = await serve({ limits: { perPrincipal: tiny('principal', 1) } });
    await get('/closed', { who: 'client-1' });
    const refused = await get('/closed', { who: 'client-1' });
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      code: 'rate_limited',
    });
    expect(refused.headers).toMatchObject({
      'retry-after': '60',
      'ratelimit-policy': '"principal";q=1;w=60',
      ratelimit: '"principal";r=0;t=60',
    });
  });
});

describe('blocks', () => {
  const limits = { anonymousPerAddress: tiny('anonymous', 1), perPrincipal: tiny('principal', 1) };

  it('stop a stranger that keeps exceeding its limit, from memory: nothing is authenticated, audited or read', async () => {
    const { get, audit, authentications, clock } = await serve({ limits });
    for (let n = 0; n < 6; n += 1) await get('/closed');
    const seen = [audit.entries.length, authentications()];
    const blocked = await get('/closed', { who: 'nobody' });
    expect([blocked.status, blocked.body['code']]).toEqual([429, 'blocked']);
    expect(Number(blocked.headers['retry-after'])).toBe(300);
    expect([audit.entries.length, authentications()]).toEqual(seen);
    clock.advance(300_000);
    expect((await get('/closed')).status).toBe(401);
  });

  it('stop a principal by its credential, wherever it comes from, without looking it up', async () => {
    const { get, authentications } = await serve({ limits });
    for (let n = 0; n < 6; n += 1) await get('/closed', { who: 'client-1' });
    const before = authentications();
    const elsewhere = await get('/closed', { who: 'client-1', address: '198.51.100.7' });
    expect([elsewhere.body['code'], authentications()]).toEqual(['blocked', before]);
    expect((await get('/closed', { who: 'client-2' })).status).toBe(200);
  });

  it('of an address spare the colleagues behind it whose credentials were accepted', async () => {
    const { get } = await serve({
      limits: { failuresPerAddress: tiny('auth-failures', 3) },
    });
    await get('/closed', { who: 'wrong' });
    const colleagues = Array.from({ length: 50 }, (_, n) => `client-${String(n)}`);
    for (const who of colleagues) expect((await get('/closed', { who })).status).toBe(200);
    for (let n = 0; n < 10; n += 1) await get('/closed', { who: `wrong-${String(n)}` });
    expect((await get('/closed', { who: 'wrong' })).body['code']).toBe('blocked');
    for (const who of colleagues) expect((await get('/closed', { who })).status).toBe(200);
  });

  it.each([
    ['loopback', [], '127.0.0.1'],
    ['IPv6 loopback', [], '::1'],
    ['a trusted proxy that forwards no address', ['10.0.0.0/8'], '10.0.0.1'],
  ])('never hit %s, which is limited all the same', async (_name, trustedProxies, address) => {
    const { get } = await serve({ limits, trustedProxies });
    const codes: unknown[] = [];
    for (let n = 0; n < 10; n += 1) codes.push((await get('/open', { address })).body['code']);
    expect(codes).toEqual([undefined, ...Array.from({ length: 9 }, () => 'rate_limited')]);
  });

  it('are listed and lifted by operators', async () => {
    const { get, app, audit } = await serve({ limits: { anonymousPerAddress: tiny('anonymous', 1) } });
    const address = '2001:db8::1';
    for (let n = 0; n < 6; n += 1) await get('/open', { address });
    const { body } = await get('/api/v1/limits/blocks', { who: 'operator' });
    const key = 'address:2001:db8:0:0::/64';
    expect(body['data']).toMatchObject([
      { key, kind: 'address', subject: '2001:db8:0:0::/64', reason: 'anonymous' },
    ]);
    const lift = () =>
      app.inject({
        method: 'DELETE',
        url: `/api/v1/limits/blocks/${encodeURIComponent(key)}`,
        headers: { authorization: 'Bearer operator' },
      });
    expect([(await lift()).statusCode, (await lift()).statusCode]).toEqual([204, 404]);
    expect((await get('/open', { address })).body['code']).toBe('rate_limited');
    expect(audit.entries.map(({ action }) => action)).toContain('limit_block.lift');
    expect((await get('/api/v1/limits/blocks', { who: 'client-1' })).status).toBe(403);
  });
});

it('ten thousand clients behind one address do not use up each other’s limits', async () => {
  const { get } = await serve({ limits: { perPrincipal: tiny('principal', 1) }, clients: 10_000 });
  const answers = new Map<number, number>();
  for (let n = 0; n < 10_000; n += 1) {
    const { status } = await get('/closed', { who: `client-${String(n)}` });
    answers.set(status, (answers.get(status) ?? 0) + 1);
  }
  expect([...answers]).toEqual([[200, 10_000]]);
  expect((await get('/closed', { who: 'client-0' })).status).toBe(429);
  expect((await get('/closed', { who: 'client-9999' })).status).toBe(429);
});
