import { auditServer } from 'graphql-http';
import { describe, expect, it } from 'vitest';
import { graphqlStage } from './testing/graphql-stage.ts';

const { audit, nodes, gpus, raise, ask, server, url, statements } = graphqlStage();

describe('GraphQL', () => {
  it('passes the audit of graphql-http: every MUST and every SHOULD', async () => {
    const fetchFn = (at: string, init: RequestInit = {}) =>
      fetch(at, {
        ...init,
        headers: { ...(init.headers as Record<string, string>), authorization: 'Bearer viewer' },
      });
    const results = await auditServer({ url: url(), fetchFn });
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
      const before = statements();
      const { errors, data } = await ask(query, 'viewer', { first });
      expect(errors).toBeUndefined();
      expect((data?.['nodes'] as { edges: unknown[] }).edges).toHaveLength(first);
      return statements() - before;
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

describe('over HTTP', () => {
  const get = (accept: string) =>
    server().app.inject({
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
      (await server().app.inject({ method: 'POST', url: '/graphql', payload: { query: '{ __typename }' } }))
        .statusCode,
    ).toBe(401);
  });
});
