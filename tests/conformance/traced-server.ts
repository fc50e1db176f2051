import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { Type } from 'typebox';
import { systemClock } from '../../packages/server/src/platform/clock.ts';
import type { Database } from '../../packages/server/src/platform/database/index.ts';
import { defineRoute, ok, transactionOf } from '../../packages/server/src/platform/http/route.ts';
import { createMetrics, type Metrics } from '../../packages/server/src/platform/observability/index.ts';
import {
  startTracing,
  type Tracing,
} from '../../packages/server/src/platform/observability/tracing/index.ts';
import { createSecret } from '../../packages/server/src/platform/secrets/index.ts';
import { httpHarness, principalWith } from '../../packages/server/src/testing/index.ts';

const statement = `SELECT 'hunter2', count(*) FROM pg_class WHERE relname = $1`;

const routes = [
  defineRoute({
    method: 'POST',
    path: '/things/:id',
    operationId: 'makeThing',
    summary: 'Make a thing',
    tag: 'Test',
    access: { scope: 'nodes:write' },
    audit: { when: 'with', action: 'thing.make' },
    effect: 'transaction',
    schema: {
      params: Type.Object({ id: Type.String() }),
      query: Type.Object({ token: Type.String() }),
      body: Type.Object({ password: Type.String() }, { additionalProperties: false }),
      responses: { 200: Type.Unknown() },
    },
    handler: async ({ body }, ctx) => {
      await transactionOf(ctx).query(statement, [body.password]);
      return ok({});
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/things',
    operationId: 'countThings',
    summary: 'Count',
    tag: 'Test',
    access: { scope: 'nodes:read' },
    audit: { when: 'with', action: 'thing.list' },
    effect: 'read',
    schema: { responses: { 200: Type.Unknown() } },
    handler: async (_input, ctx) => {
      await ctx.db.prepared('count_things', statement, ['hunter2']);
      return ok({});
    },
  }),
];

export interface TracedServer {
  readonly tracing: Tracing;
  readonly metrics: Metrics;
  /** The statuses of requests, some of each kind; `hunter2` is wherever a caller can put something. */
  ask(count: number): Promise<readonly number[]>;
  /** The value of a series in `/metrics`. */
  value(series: string): Promise<number>;
  stop(): Promise<void>;
}

/** The real pipeline on a real database, with tracing to `endpoint`. */
export const tracedServer = async (db: Database, endpoint: string | undefined): Promise<TracedServer> => {
  const metrics = createMetrics();
  const tracing = await startTracing({
    endpoint,
    headers: { 'x-tenant': createSecret('a-tenant') },
    sampleRatio: 1,
    trustedProxies: [],
    version: '0.0.0-test',
    instanceId: randomUUID(),
    clock: systemClock(),
    random: Math.random,
    log: pino({ level: 'silent' }),
  });
  tracing.start(metrics);
  const { app, drain } = await httpHarness({
    db: tracing.database(db),
    routes,
    principals: { key: principalWith('someone', ['nodes:read', 'nodes:write']) },
    tracer: tracing.tracer,
    metrics,
  });
  const headers = { authorization: 'Bearer key', 'x-secret': 'hunter2' };
  const once = async (n: number): Promise<number> => {
    const given =
      n % 2 === 0
        ? { method: 'GET' as const, url: '/things' }
        : { method: 'POST' as const, url: `/things/${n}?token=hunter2`, payload: { password: 'hunter2' } };
    return (await app.inject({ ...given, headers })).statusCode;
  };
  return {
    tracing,
    metrics,
    ask: async (count) => {
      const statuses: number[] = [];
      for (let n = 0; n < count; n += 1) statuses.push(await once(n));
      return statuses;
    },
    value: async (series) => {
      const { body } = await metrics.render();
      return Number(
        body
          .split('\n')
          .find((line) => line.startsWith(`${series} `))
          ?.split(' ')[1] ?? Number.NaN,
      );
    },
    stop: async () => {
      await drain(1000);
      await tracing.stop();
    },
  };
};
