import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Type } from 'typebox';
import { httpHarness, principalWith, recordedAudit, testDatabase } from '../../testing/index.ts';
import { AppError } from '../errors.ts';
import { created, defineRoute, ok, transactionOf } from './route.ts';
import type { HttpServer } from './server.ts';

const database = testDatabase();
const audit = recordedAudit();
let server: HttpServer;
let runs = 0;

const routes = [
  defineRoute({
    method: 'POST',
    path: '/things/:id',
    operationId: 'makeThing',
    summary: 'Make a thing',
    tag: 'Test',
    access: { scope: 'nodes:write' },
    audit: { when: 'before', action: 'thing.make', resource: 'thing:{id}' },
    effect: 'transaction',
    bodyLimitBytes: 2048,
    schema: {
      params: Type.Object({ id: Type.String() }),
      body: Type.Object(
        {
          size: Type.Number({ maximum: 100 }),
          refuse: Type.Optional(Type.Boolean()),
          owner: Type.Optional(Type.String()),
        },
        { additionalProperties: false },
      ),
      responses: { 201: Type.Unknown() },
    },
    handler: async ({ params, body }, ctx) => {
      runs += 1;
      if (body.owner !== undefined) ctx.authorize({ ownerId: body.owner });
      await transactionOf(ctx).query('INSERT INTO things (id, size) VALUES ($1, $2)', [params.id, body.size]);
      if (body.refuse === true) throw new AppError('conflict', { detail: 'no' });
      return created({ id: params.id, runs });
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/things',
    operationId: 'listThings',
    summary: 'List',
    tag: 'Test',
    access: { scope: 'nodes:read' },
    audit: { when: 'with', action: 'thing.list' },
    effect: 'read',
    schema: {
      query: Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1 })) }),
      responses: { 200: Type.Unknown() },
    },
    handler: ({ query }) => Promise.resolve(ok({ limit: query.limit ?? null })),
  }),
  defineRoute({
    method: 'POST',
    path: '/streams',
    operationId: 'makeStream',
    summary: 'A long answer',
    tag: 'Test',
    access: { scope: 'nodes:write' },
    audit: { when: 'before', action: 'stream.make' },
    effect: 'recorded',
    produces: 'text/event-stream',
    schema: {
      body: Type.Object({ pieces: Type.Integer(), breakAt: Type.Optional(Type.Integer()) }),
      responses: { 200: Type.String() },
    },
    handler: ({ body }) => {
      runs += 1;
      if (body.pieces < 0) return Promise.reject(new AppError('not_found', { detail: 'no such stream' }));
      const pieces = function* (): Generator<string> {
        for (let index = 0; index < body.pieces; index += 1) {
          if (index === body.breakAt) throw new Error('broke off');
          yield `data: ${String(index)} of run ${String(runs)}\n\n`;
        }
      };
      return Promise.resolve({ status: 200, body: Readable.from(pieces()), headers: { 'x-model': 'tiny' } });
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/broken',
    operationId: 'broken',
    summary: 'Broken',
    tag: 'Test',
    access: { public: 'test' },
    audit: { when: 'none', why: 'test' },
    effect: 'read',
    schema: { responses: { 200: Type.Unknown() } },
    handler: () => Promise.reject(new Error('the secret cause')),
  }),
];

beforeAll(async () => {
  await database.db.query('CREATE TABLE things (id text, size float8)');
  server = await httpHarness({
    db: database.db,
    routes,
    audit,
    principals: {
      writer: principalWith('writer', ['nodes:write', 'nodes:read']),
      owner: principalWith('owner', ['nodes:write:own']),
      reader: principalWith('reader', ['nodes:read']),
    },
  });
});
afterAll(() => server.app.close());

const post = (url: string, body: unknown, headers: Record<string, string> = {}, who = 'writer') =>
  server.app.inject({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json', ...headers },
    payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
const countThings = async (id: string) => {
  const { rows } = await database.db.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM things WHERE id = $1',
    [id],
  );
  return rows[0]?.n;
};

describe('the request pipeline', () => {
  it('serves a path with and without its trailing slash', async () => {
    expect((await post('/things/a', { size: 1 })).statusCode).toBe(201);
    expect((await post('/things/a/', { size: 1 })).statusCode).toBe(201);
  });

  it('answers errors as problem+json with correlation id and remediation, and never the cause', async () => {
    const answer = await server.app.inject({
      url: '/broken',
      headers: { 'x-correlation-id': 'caller-id-1' },
    });
    expect(answer.statusCode).toBe(500);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({
      status: 500,
      code: 'internal',
      instance: '/broken',
      correlation_id: 'caller-id-1',
    });
    expect(answer.json<{ remediation: string }>().remediation).not.toBe('');
    expect(answer.body).not.toContain('secret cause');
  });

  it('refuses a request without a credential, with a wrong one, and with too little scope', async () => {
    const bare = await server.app.inject({ url: '/things' });
    expect([bare.statusCode, bare.json<{ code: string }>().code]).toEqual([401, 'not_authenticated']);
    const wrong = await server.app.inject({ url: '/things', headers: { authorization: 'Bearer nobody' } });
    expect(wrong.statusCode).toBe(401);
    const narrow = await post('/things/b', { size: 1 }, {}, 'reader');
    expect([narrow.statusCode, narrow.json<{ code: string }>().code]).toEqual([403, 'insufficient_scope']);
    expect(await countThings('b')).toBe(0);
  });

  it('authenticates before it reads a body, so that a stranger cannot make it parse one', async () => {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/things/x',
      headers: { 'content-type': 'application/json' },
      payload: '{broken',
    });
    expect(answer.statusCode).toBe(401);
  });

  it('audits granted and refused decisions, with the resource that they are about', async () => {
    audit.entries.length = 0;
    await post('/things/c', { size: 1 });
    await post('/things/c', { size: 1 }, {}, 'reader');
    await post('/things/c', { size: 1, owner: 'someone else' }, {}, 'owner');
    expect(
      audit.entries.map(({ action, resource, granted, reason, principalId }) => [
        action,
        resource,
        granted,
        reason,
        principalId,
      ]),
    ).toEqual([
      ['thing.make', 'thing:c', true, 'ok', 'writer'],
      ['thing.make', 'thing:c', false, 'insufficient_scope', 'reader'],
      ['thing.make', 'thing:c', true, 'ok', 'owner'],
      ['thing.make', 'thing:c', false, 'not_owner', 'owner'],
    ]);
  });

  it('does nothing and tells nothing when the decision cannot be audited', async () => {
    audit.failing = true;
    const write = await post('/things/d', { size: 1 });
    const read = await server.app.inject({ url: '/things', headers: { authorization: 'Bearer reader' } });
    audit.failing = false;
    expect([write.statusCode, write.json<{ code: string }>().code]).toEqual([503, 'audit_unavailable']);
    expect(read.statusCode).toBe(503);
    expect(write.headers['retry-after']).toBeDefined();
    expect(await countThings('d')).toBe(0);
  });

  it('names unknown, missing and wrong fields', async () => {
    const answer = await post('/things/e', { size: 'big', colour: 'red' });
    expect(answer.statusCode).toBe(422);
    const { errors } = answer.json<{ errors: { field: string; message: string }[] }>();
    expect(errors).toContainEqual({ field: '/colour', message: 'is not a known field' });
    expect(errors.find(({ field }) => field === '/size')?.message).toContain('number');
    expect((await post('/things/e', {})).json<{ detail: string }>().detail).toBe('/size is required');
    const query = await server.app.inject({
      url: '/things?limit=0&nope=1',
      headers: { authorization: 'Bearer reader' },
    });
    expect(query.statusCode).toBe(400);
    expect(query.body).toContain('query/nope');
  });

  it.each([
    ['no JSON', '{"size":', 400, 'malformed_body'],
    ['NaN', '{"size": NaN}', 400, 'malformed_body'],
    ['an infinite number', '{"size": 1e999}', 422, 'validation_failed'],
    ['a poisoned prototype', '{"size": 1, "__proto__": {"admin": true}}', 400, 'malformed_body'],
    [
      'an escaped poisoned prototype',
      '{"size": 1, "__pr\\u006fto__": {"admin": true}}',
      400,
      'malformed_body',
    ],
    ['bottomless nesting', `{"size": ${'['.repeat(500)}1${']'.repeat(500)}}`, 400, 'malformed_body'],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 400, 'malformed_body'],
    ['too much', JSON.stringify({ size: 1, pad: 'x'.repeat(4096) }), 413, 'body_too_large'],
    ['an array', '[1,2]', 422, 'validation_failed'],
    ['nothing', '', 422, 'validation_failed'],
  ])('refuses %s clearly and stores nothing', async (_name, payload, status, code) => {
    const answer = await post('/things/bad', payload);
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([status, code]);
    expect(await countThings('bad')).toBe(0);
  });

  it('takes only JSON', async () => {
    const answer = await post('/things/f', 'size=1', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(answer.statusCode).toBe(415);
  });

  it('tells 405 with Allow from 404', async () => {
    const wrongMethod = await server.app.inject({ method: 'DELETE', url: '/things' });
    expect([wrongMethod.statusCode, wrongMethod.headers['allow']]).toEqual([405, 'GET, HEAD']);
    expect((await server.app.inject({ url: '/nothing' })).statusCode).toBe(404);
  });

  it('publishes an OpenAPI 3.1 document that names every route', async () => {
    for (const url of ['/openapi.json', '/api/v1/openapi.json']) {
      const document = (await server.app.inject({ url })).json<{
        openapi: string;
        paths: Record<string, object>;
      }>();
      expect(document.openapi).toBe('3.1.0');
      expect(Object.keys(document.paths)).toEqual(['/things/{id}', '/things', '/streams', '/broken']);
    }
    for (const url of ['/docs/', '/api/v1/docs/']) {
      const page = await server.app.inject({ url });
      expect([url, page.statusCode, page.body.includes('swagger')]).toEqual([url, 200, true]);
    }
  });
});

describe('Idempotency-Key', () => {
  it('gives the first answer again, quoted or bare, and runs the handler once', async () => {
    const before = runs;
    const first = await post('/things/g', { size: 1 }, { 'idempotency-key': '"key-1"' });
    const again = await post('/things/g', { size: 1 }, { 'idempotency-key': 'key-1' });
    expect([first.statusCode, again.statusCode]).toEqual([201, 201]);
    expect(again.json()).toEqual(first.json());
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(runs).toBe(before + 1);
    expect(await countThings('g')).toBe(1);
  });

  it('refuses the key with another payload or another path', async () => {
    await post('/things/h', { size: 1 }, { 'idempotency-key': 'key-2' });
    expect((await post('/things/h', { size: 2 }, { 'idempotency-key': 'key-2' })).statusCode).toBe(422);
    expect((await post('/things/i', { size: 1 }, { 'idempotency-key': 'key-2' })).statusCode).toBe(422);
  });

  it('keeps an error as the first answer, and what the handler did is undone', async () => {
    const first = await post(
      '/things/j',
      { size: 1, owner: 'other' },
      { 'idempotency-key': 'key-3' },
      'owner',
    );
    const again = await post(
      '/things/j',
      { size: 1, owner: 'other' },
      { 'idempotency-key': 'key-3' },
      'owner',
    );
    expect([first.statusCode, again.statusCode]).toEqual([403, 403]);
    expect(again.json()).toEqual(first.json());
    expect(again.headers['content-type']).toContain('application/problem+json');
    expect(await countThings('j')).toBe(0);
  });

  it('does not keep a refusal that another moment may lift', async () => {
    const before = runs;
    const body = { size: 1, refuse: true };
    expect((await post('/things/k', body, { 'idempotency-key': 'key-4' })).statusCode).toBe(409);
    expect((await post('/things/k', body, { 'idempotency-key': 'key-4' })).statusCode).toBe(409);
    expect(runs).toBe(before + 2);
    expect(await countThings('k')).toBe(0);
  });

  it('gives a streamed answer again as it was, its headers included', async () => {
    const before = runs;
    const first = await post('/streams', { pieces: 500 }, { 'idempotency-key': 'stream-1' });
    const again = await post('/streams', { pieces: 500 }, { 'idempotency-key': 'stream-1' });
    expect([first.statusCode, first.headers['content-type']]).toEqual([200, 'text/event-stream']);
    expect(first.body.split('data: ')).toHaveLength(501);
    expect(again.body).toBe(first.body);
    expect([again.headers['x-model'], again.headers['idempotency-replayed']]).toEqual(['tiny', 'true']);
    expect(runs).toBe(before + 1);
  });

  it('runs a streamed answer anew that broke off, and keeps its errors as they were', async () => {
    const before = runs;
    const broken = { pieces: 5, breakAt: 2 };
    await expect(post('/streams', broken, { 'idempotency-key': 'stream-2' })).rejects.toThrow();
    await expect(post('/streams', broken, { 'idempotency-key': 'stream-2' })).rejects.toThrow();
    expect(runs).toBe(before + 2);
    const refused = await post('/streams', { pieces: -1 }, { 'idempotency-key': 'stream-3' });
    const again = await post('/streams', { pieces: -1 }, { 'idempotency-key': 'stream-3' });
    expect([refused.statusCode, again.statusCode, runs]).toEqual([404, 404, before + 3]);
    expect(again.json()).toEqual(refused.json());
    expect(again.headers['content-type']).toContain('application/problem+json');
  });

  it('belongs to its principal', async () => {
    const mine = await post('/things/l', { size: 1 }, { 'idempotency-key': 'shared' });
    const theirs = await post('/things/l', { size: 1 }, { 'idempotency-key': 'shared' }, 'owner');
    expect(theirs.json()).not.toEqual(mine.json());
  });

  it('lets one of many concurrent twins through', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => post('/things/m', { size: 1 }, { 'idempotency-key': 'twins' })),
    );
    const statuses = answers.map(({ statusCode }) => statusCode);
    expect(statuses.every((status) => status === 201 || status === 409)).toBe(true);
    expect(await countThings('m')).toBe(1);
  });

  it.each(['', ' ', '"unterminated', 'with space', `"${'x'.repeat(300)}"`, 'ümlaut'])(
    'refuses the malformed key %j',
    async (key) => {
      expect((await post('/things/n', { size: 1 }, { 'idempotency-key': key })).statusCode).toBe(400);
    },
  );
});
