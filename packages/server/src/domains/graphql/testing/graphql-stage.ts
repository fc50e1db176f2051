import { randomUUIDv7 } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import type { Scope } from '@gpushield/contracts';
import { systemClock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/types.ts';
import type { HttpServer } from '../../../platform/http/server.ts';
import { createStreamSlots } from '../../../platform/http/stream-slots.ts';
import {
  httpHarness,
  principalWith,
  recordedAudit,
  testCursors,
  testDatabase,
} from '../../../testing/index.ts';
import { createAlertsDomain } from '../../alerts/index.ts';
import { createEvidenceDomain } from '../../evidence/index.ts';
import { createFleetDomain } from '../../fleet/index.ts';
import { createTelemetryDomain } from '../../telemetry/index.ts';
import { createGraphqlDomain } from '../index.ts';

export interface Result {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly string[];
    readonly extensions?: { readonly code?: string };
  }[];
}

/** The database, counting what is asked of it. */
const countStatements = (db: Database) => {
  let statements = 0;
  const counted: Database = {
    ...db,
    query: (sql, values) => {
      statements += 1;
      return db.query(sql, values);
    },
    prepared: (name, sql, values) => {
      statements += 1;
      return db.prepared(name, sql, values);
    },
  };
  return { counted, statements: () => statements };
};

const reads: readonly Scope[] = [
  'self',
  'nodes:read',
  'sensors:read',
  'telemetry:read',
  'events:read',
  'alerts:read',
];

/** The domains that GraphQL shows, and itself. */
const domainsOn = (db: Database) => {
  const clock = systemClock();
  const cursors = testCursors();
  const newId = () => randomUUIDv7();
  const log = pino({ level: 'silent' });
  const common = { db, clock, cursors, newId, log };
  const fleet = createFleetDomain(common);
  const telemetry = createTelemetryDomain({
    ...common,
    fleet: fleet.port,
    retentionDays: 30,
    minutesRetentionDays: 30,
    hoursRetentionDays: 30,
  });
  const userExists = () => Promise.resolve(true);
  const alerts = createAlertsDomain({ ...common, userExists, fleet: fleet.port });
  const evidence = createEvidenceDomain({
    ...common,
    fleet: fleet.port,
    alerts: alerts.port,
    retentionDays: 30,
  });
  const graphql = createGraphqlDomain({
    clock,
    cursors,
    streams: createStreamSlots(),
    fleet: fleet.port,
    telemetry: telemetry.port.reader,
    events: evidence.reader,
    alerts: alerts.port,
  });
  const routes = [...fleet.routes, ...telemetry.routes, ...evidence.routes, ...graphql.routes];
  return { alerts, telemetry, routes };
};

const principals = {
  admin: principalWith('admin', [
    ...reads,
    'nodes:write',
    'telemetry:write',
    'sensors:write',
    'events:write',
  ]),
  viewer: principalWith('viewer', reads),
  narrow: principalWith('narrow', ['self', 'nodes:read']),
};

/** Six nodes with two GPUs each, a record of every GPU and three alerts of every node. */
const seedFleet = async (server: HttpServer, raise: (nodeId: string) => Promise<unknown>) => {
  const nodes: string[] = [];
  const gpus: string[] = [];
  const post = async (path: string, payload: object): Promise<string> => {
    const headers = { authorization: 'Bearer admin' };
    const answer = await server.app.inject({ method: 'POST', url: `/api/v1/${path}`, headers, payload });
    if (answer.statusCode !== 201) throw new Error(answer.body);
    return answer.json<{ id: string }>().id;
  };
  for (let n = 0; n < 6; n += 1) {
    const node = await post('nodes', { name: `node-${String(n)}` });
    nodes.push(node);
    for (let g = 0; g < 2; g += 1) {
      const name = `GPU-${String(n)}-${String(g)}`;
      const body = {
        vendor: 'nvidia',
        model: 'H100',
        device_id: `0000:0${String(g)}:00.0`,
        uuid: name,
        memory_total: 81_920,
      };
      const gpu = await post(`nodes/${node}/gpus`, body);
      gpus.push(gpu);
      const record = {
        gpu_id: gpu,
        telemetry_type: 'metrics',
        timestamp: new Date().toISOString(),
        metrics: { temperature_celsius: 50 + g },
      };
      await post('telemetry/records', record);
    }
    for (let a = 0; a < 3; a += 1) await raise(node);
  }
  return { nodes, gpus };
};

/** GraphQL over a small fleet, for one test file. */
export const graphqlStage = () => {
  const database = testDatabase();
  const audit = recordedAudit();
  const nodes: string[] = [];
  const gpus: string[] = [];
  let domains: ReturnType<typeof domainsOn>;
  let server: HttpServer;
  let url = '';
  let statements = (): number => 0;

  const raise = (nodeId: string, severity: 'low' | 'high' = 'low') =>
    database.db.transaction((tx) =>
      domains.alerts.port.raise(tx, {
        title: 'Hot',
        description: '',
        severity,
        source: 'test',
        fingerprint: randomUUIDv7(),
        nodeId,
        evidence: {},
      }),
    );

  const ask = async (query: string, who = 'viewer', variables: object = {}) => {
    const answer = await server.app.inject({
      method: 'POST',
      url: '/graphql',
      headers: { authorization: `Bearer ${who}`, accept: 'application/graphql-response+json' },
      payload: { query, variables },
    });
    return { status: answer.statusCode, ...answer.json<Result>() };
  };

  beforeAll(async () => {
    const counting = countStatements(database.db);
    statements = counting.statements;
    domains = domainsOn(counting.counted);
    server = await httpHarness({ db: counting.counted, routes: domains.routes, principals, audit });
    await domains.telemetry.start();
    const seeded = await seedFleet(server, raise);
    nodes.push(...seeded.nodes);
    gpus.push(...seeded.gpus);
    url = `${await server.app.listen({ port: 0, host: '127.0.0.1' })}/graphql`;
  }, 60_000);
  afterAll(async () => {
    await server.drain(1_000);
    await domains.alerts.stop();
    await domains.telemetry.stop();
  });
  return {
    audit,
    nodes,
    gpus,
    raise,
    ask,
    server: () => server,
    url: () => url,
    statements: () => statements(),
  };
};
