import { randomUUIDv7 } from 'node:crypto';
import { getIntrospectionQuery } from 'graphql';
import { auditServer } from 'graphql-http';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Scope } from '@gpushield/contracts';
import { systemClock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/types.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import { createStreamSlots } from '../../platform/http/stream-slots.ts';
import { httpHarness, principalWith, recordedAudit, testCursors, testDatabase } from '../../testing/index.ts';
import { createAlertsDomain, type AlertsDomain } from '../alerts/index.ts';
import { createEvidenceDomain } from '../evidence/index.ts';
import { createFleetDomain } from '../fleet/index.ts';
import { createTelemetryDomain, type TelemetryDomain } from '../telemetry/index.ts';
import { createGraphqlDomain } from './index.ts';

const database = testDatabase();
const audit = recordedAudit();
const nodes: string[] = [];
const gpus: string[] = [];
let alerts: AlertsDomain;
let telemetry: TelemetryDomain;
let server: HttpServer;
let url = '';
let statements = 0;

/** The database, counting what is asked of it. */
const counted = (db: Database): Database => ({
  ...db,
  query: (sql, values) => {
    statements += 1;
    return db.query(sql, values);
  },
  prepared: (name, sql, values) => {
    statements += 1;
    return db.prepared(name, sql, values);
  },
});

const reads: readonly Scope[] = [
  'self',
  'nodes:read',
  'sensors:read',
  'telemetry:read',
  'events:read',
  'alerts:read',
];

beforeAll(async () => {
  const clock = systemClock();
  const cursors = testCursors();
  const newId = () => randomUUIDv7();
  const log = pino({ level: 'silent' });
  const db = counted(database.db);
  const common = { db, clock, cursors, newId, log };
  const fleet = createFleetDomain(common);
  telemetry = createTelemetryDomain({
    ...common,
    fleet: fleet.port,
    retentionDays: 30,
    minutesRetentionDays: 30,
    hoursRetentionDays: 30,
  });
  const userExists = () => Promise.resolve(true);
  alerts = createAlertsDomain({ ...common, userExists, fleet: fleet.port });
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
  const routes = [...fleet.routes, ...telemetry.routes, ...evidence.routes, ...graphql.routes];
  server = await httpHarness({ db, routes, principals, audit });
  await telemetry.start();
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
  url = `${await server.app.listen({ port: 0, host: '127.0.0.1' })}/graphql`;
}, 60_000);
afterAll(async () => {
  await server.drain(1_000);
  await alerts.stop();
  await telemetry.stop();
});

const raise = (nodeId: string, severity: 'low' | 'high' = 'low') =>
  database.db.transaction((tx) =>
    alerts.port.raise(tx, {
      title: 'Hot',
      description: '',
      severity,
      source: 'test',
      fingerprint: randomUUIDv7(),
      nodeId,
      evidence: {},
    }),
  );

interface Result {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly path?: readonly string[];
    readonly extensions?: { readonly code?: string };
  }[];
}
const ask = async (query: string, who = 'viewer', variables: object = {}) => {
  const answer = await server.app.inject({
    method: 'POST',
    url: '/graphql',
    headers: { authorization: `Bearer ${who}`, accept: 'application/graphql-response+json' },
    payload: { query, variables },
  });
  return { status: answer.statusCode, ...answer.json<Result>() };
};

describe('GraphQL', () => {
  it('passes the audit of graphql-http: every MUST and every SHOULD', async () => {
    const fetchFn = (at: string, init: RequestInit = {}) =>
      fetch(at, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), authorization: 'Bearer viewer' },
      });
    const results = await auditServer({ url, fetchFn });
    const failed = results.flatMap((result) =>
      result.status === 'ok' || result.status === 'notice'
        ? []
        : [`${result.id} ${result.name}: ${result.reason}`],
    );
    expect(results.length).toBeGreaterThan(40);
    expect(failed).toEqual([]);
  });

  it('answers a whole fleet with as many statements as it has kinds of things, whatever their number', async () => {
    const query = `query ($first: Int) { nodes(first: $first) { edges { node {
      name gpus { model node { name } latestTelemetry { metrics } } sensors { name }
      activeAlerts { title history { action } node { id } } } } } }`;
    const count = async (first: number): Promise<number> => {
      const before = statements;
      const { errors, data } = await ask(query, 'viewer', { first });
      expect(errors).toBeUndefined();
      expect((data?.['nodes'] as { edges: unknown[] }).edges).toHaveLength(first);
      return statements - before;
    };
    const few = await count(1);
    expect(await count(6)).toBe(few);
    expect(few).toBeLessThan(12);
  });

  it('walks over a connection with signed cursors, and refuses those of another list or filter', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { data } = await ask(
        'query ($after: String) { gpus(first: 5, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } }',
        'viewer',
        { after },
      );
      const { edges, pageInfo } = data?.['gpus'] as {
        edges: { node: { id: string } }[];
        pageInfo: { hasNextPage: boolean; endCursor: string };
      };
      seen.push(...edges.map(({ node }) => node.id));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen.toSorted()).toEqual(gpus.toSorted());
    const { data } = await ask('{ gpus(first: 1) { pageInfo { endCursor } } }');
    const cursor = (data?.['gpus'] as { pageInfo: { endCursor: string } }).pageInfo.endCursor;
    for (const list of ['nodes(first: 1, after: $c)', 'gpus(first: 1, after: $c, vendor: amd)']) {
      const answer = await ask(`query ($c: String) { ${list} { pageInfo { endCursor } } }`, 'viewer', {
        c: cursor,
      });
      expect(answer.errors?.[0]?.extensions?.code).toBe('invalid_cursor');
    }
  });

  it('gives every kind of thing by its id and by its lists', async () => {
    const { alertId } = await raise(nodes[0] ?? '', 'high');
    const { data, errors } = await ask(
      `query ($node: ID!, $gpu: ID!, $alert: ID!) {
        node(id: $node) { id status gpuCount labels } gpu(id: $gpu) { memoryTotal node { id } }
        alert(id: $alert) { severity status occurrences history { action toStatus } node { id } gpu { id } }
        alerts(severities: [high], nodeIds: [$node]) { edges { cursor node { id } } }
        telemetry(gpuId: $gpu, since: "2020-01-01T00:00:00Z") { edges { node { metrics gpu { id } } } }
        securityEvents(severity: critical) { edges { node { id } } } sensors { edges { node { id } } }
        alertSummary { total active bySeverity counts { status alerts } } }`,
      'viewer',
      { node: nodes[0], gpu: gpus[0], alert: alertId },
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      node: { id: nodes[0], gpuCount: 2 },
      gpu: { memoryTotal: 81_920, node: { id: nodes[0] } },
      alert: {
        severity: 'high',
        status: 'open',
        history: [{ action: 'created', toStatus: 'open' }],
        node: { id: nodes[0] },
        gpu: null,
      },
      alerts: { edges: [{ node: { id: alertId } }] },
      telemetry: { edges: [{ node: { metrics: { temperature_celsius: 50 }, gpu: { id: gpus[0] } } }] },
      alertSummary: { bySeverity: { high: 1 } },
    });
  });

  it('keeps each field behind its scope, gives the rest, and audits the refusal', async () => {
    const { data, errors, status } = await ask(
      '{ nodes(first: 1) { edges { node { name activeAlerts { id } } } } alerts { edges { node { id } } } }',
      'narrow',
    );
    expect(status).toBe(200);
    expect(data).toMatchObject({ nodes: { edges: [{ node: { activeAlerts: null } }] }, alerts: null });
    expect(new Set(errors?.map(({ extensions }) => extensions?.code))).toEqual(
      new Set(['insufficient_scope']),
    );
    expect(
      audit.entries.some(
        ({ action, granted, resource }) =>
          action === 'graphql.field' && !granted && resource === 'scope:alerts:read',
      ),
    ).toBe(true);
  });
});

describe('documents that ask for too much', () => {
  const deep = (levels: number) =>
    `{ nodes { edges { node ${'{ gpus { node '.repeat(levels)}{ id }${' } }'.repeat(levels)} } } }`;
  it.each([
    ['10,000 levels', `${'{a'.repeat(10_000)}${'}'.repeat(10_000)}`],
    ['levels that never end', '{ nodes '.repeat(10_000 / 3)],
    ['more bytes than a document has', `{ ${'a'.repeat(40_000)} }`],
    [
      'a thousand aliases of a list',
      `{ ${Array.from({ length: 400 }, (_, n) => `a${String(n)}: nodes(first: 100) { edges { node { id } } }`).join(' ')} }`,
    ],
    ['too many levels of objects', deep(8)],
    [
      'lists of lists of lists',
      '{ nodes(first: 100) { edges { node { gpus { node { gpus { node { activeAlerts { id } } } } } } } } }',
    ],
    [
      'fragments that double at every step',
      `{ ...f0 } ${Array.from({ length: 30 }, (_, n) => `fragment f${String(n)} on Query { ...f${String(n + 1)} ...f${String(n + 1)} }`).join(' ')} fragment f30 on Query { nodes { edges { node { id } } } }`,
    ],
    ['fragments in a circle', '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'],
    [
      'the schema within the schema',
      '{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }',
    ],
  ])('such as %s are refused at once, with 400 and no statement', async (_what, query) => {
    const before = statements;
    const started = performance.now();
    const { status, errors } = await ask(query);
    expect(status).toBe(400);
    expect(errors?.length).toBeGreaterThan(0);
    expect(statements).toBe(before);
    // Hangs, not speed: doubling fragments would take days.
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('do not include introspection, nor a page of the fleet', async () => {
    expect((await ask(getIntrospectionQuery())).status).toBe(200);
    expect(
      (await ask('{ nodes(first: 100) { edges { node { id gpus { id latestTelemetry { id } } } } } }'))
        .errors,
    ).toBeUndefined();
  });

  it.each([
    ['first beyond its bounds', '{ nodes(first: 101) { pageInfo { hasNextPage } } }'],
    ['an id that is none', '{ node(id: "1; DROP TABLE") { id } }'],
    ['a time of no calendar', '{ telemetry(since: "yesterday") { pageInfo { hasNextPage } } }'],
  ])('%s is an error of its field', async (_what, query) => {
    expect((await ask(query)).errors?.[0]?.extensions?.code).toBe('validation_failed');
  });
});

describe('over HTTP', () => {
  const get = (accept: string) =>
    server.app.inject({
      method: 'GET',
      url: '/graphql?query={__typename}',
      headers: { accept, authorization: 'Bearer viewer' },
    });

  it('a browser gets a page that runs its own script alone', async () => {
    const page = await get('text/html,application/xhtml+xml');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(String(page.headers['content-security-policy'])).toMatch(/script-src 'sha256-/);
    expect(page.body).not.toMatch(/https?:\/\//);
  });

  it('operations by GET are 405, and without a credential nothing is answered', async () => {
    const answer = await get('application/json');
    expect([answer.statusCode, answer.headers['allow']]).toEqual([405, 'POST']);
    expect(
      (await server.app.inject({ method: 'POST', url: '/graphql', payload: { query: '{ __typename }' } }))
        .statusCode,
    ).toBe(401);
  });
});

const dataOf = (frame: string): Result => {
  const text = /^data: (.+)$/m.exec(frame)?.[1];
  return text === undefined ? {} : (JSON.parse(text) as Result);
};

describe('subscriptions', () => {
  const subscribe = async (query: string, who = 'viewer') => {
    const closing = new AbortController();
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${who}`,
        accept: 'text/event-stream',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ query }),
      signal: closing.signal,
    });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let buffered = '';
    const next = async (): Promise<{ event: string; data: Result }> => {
      for (;;) {
        const end = buffered.indexOf('\n\n');
        if (end < 0) {
          const piece = await reader?.read();
          if (piece?.value === undefined) throw new Error('The stream ended');
          buffered += piece.value;
          continue;
        }
        const frame = buffered.slice(0, end);
        buffered = buffered.slice(end + 2);
        const event = /^event: (.*)$/m.exec(frame)?.[1];
        if (event !== undefined) return { event, data: dataOf(frame) };
      }
    };
    return { status: answer.status, next, close: () => closing.abort() };
  };

  it('bring changes of alerts, with what stands behind them', async () => {
    const stream = await subscribe(
      `subscription { alerts(nodeId: "${nodes[1] ?? ''}", severity: high) { action alert { id node { name } } } }`,
    );
    let raised = '';
    // What was raised before the stream had begun is not told: raise until one is.
    const raising = setInterval(() => {
      void raise(nodes[1] ?? '', 'high').then(({ alertId }) => {
        raised = alertId;
      });
    }, 50);
    const { event, data } = await stream.next();
    clearInterval(raising);
    expect(raised).not.toBe('');
    expect(event).toBe('next');
    expect(data.data).toMatchObject({ alerts: { action: 'created', alert: { node: { name: 'node-1' } } } });
    stream.close();
  });

  it('bring the newest telemetry of a node at once', async () => {
    const stream = await subscribe(
      `subscription { telemetry(nodeId: "${nodes[2] ?? ''}") { gpuId metrics } }`,
    );
    const ids = [await stream.next(), await stream.next()].map(
      ({ data }) => (data.data?.['telemetry'] as { gpuId: string }).gpuId,
    );
    expect(ids.toSorted()).toEqual(gpus.slice(4, 6).toSorted());
    stream.close();
  });

  it('that the caller may not have, or that are none, end with their reason', async () => {
    const refused = await subscribe('subscription { alerts { action } }', 'narrow');
    expect((await refused.next()).data.errors?.[0]?.extensions?.code).toBe('insufficient_scope');
    expect((await refused.next()).event).toBe('complete');
    const query = await subscribe('{ __typename }');
    expect((await query.next()).data.data).toEqual({ __typename: 'Query' });
    expect((await query.next()).event).toBe('complete');
    expect((await subscribe('subscription { nothing }')).status).toBe(400);
  });
});
