import { describe, expect, it } from 'vitest';
import { Type } from 'typebox';
import { httpHarness, principalWith, testDatabase } from '../../testing/index.ts';
import { created, defineRoute, ok } from './route.ts';

const database = testDatabase();

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
      body: Type.Object({}),
      responses: { 201: Type.Unknown() },
    },
    handler: ({ params }) => Promise.resolve(created({ id: params.id })),
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
    schema: { responses: { 200: Type.Unknown() } },
    handler: () => Promise.resolve(ok({})),
  }),
];

describe('limits before the handler', () => {
  it('answers 429 with Retry-After and RateLimit headers when an address asks too often', async () => {
    const small = await httpHarness({
      db: database.db,
      routes,
      principals: {},
      limits: { perAddress: { name: 'address', quota: 3, windowSeconds: 60 } },
    });
    const statuses: number[] = [];
    for (let index = 0; index < 5; index += 1)
      statuses.push((await small.app.inject({ url: '/things' })).statusCode);
    const last = await small.app.inject({ url: '/things' });
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    expect(last.headers['ratelimit-policy']).toBe('"address";q=3;w=60');
    await small.app.close();
  });

  it('slows an address down that keeps guessing credentials', async () => {
    const small = await httpHarness({
      db: database.db,
      routes,
      principals: { reader: principalWith('reader', ['nodes:read']) },
      limits: { failuresPerAddress: { name: 'auth-failures', quota: 2, windowSeconds: 60 } },
    });
    const guess = () => small.app.inject({ url: '/things', headers: { authorization: 'Bearer wrong' } });
    expect([(await guess()).statusCode, (await guess()).statusCode, (await guess()).statusCode]).toEqual([
      401, 401, 429,
    ]);
    await small.app.close();
  });

  it('refuses bodies that would not fit into its memory budget', async () => {
    const small = await httpHarness({
      db: database.db,
      routes,
      principals: { writer: principalWith('writer', ['nodes:write']) },
      admission: { maxInFlight: 10, maxBodyBytes: 10, addressShare: 1 },
    });
    const answer = await small.app.inject({
      method: 'POST',
      url: '/things/o',
      headers: { authorization: 'Bearer writer', 'content-type': 'application/json' },
      payload: JSON.stringify({ size: 1, more: 'than ten bytes' }),
    });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([429, 'overloaded']);
    await small.app.close();
  });
});
