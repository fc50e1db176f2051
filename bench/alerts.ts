/*
 * Changes and queries of alerts where 100,000 of them are kept, one in ten active: `node bench/alerts.ts [--alerts 100000]
 * [--changes 2000] [--queries 2000]`. Targets: change p99 < 50 ms, query p99 < 100 ms, from four clients at once. The same
 * work as bare SQL on the same database is the baseline. Server, PostgreSQL and clients share the machine.
 */
import { parseArgs } from 'node:util';
import type { Database } from '../packages/server/src/platform/database/index.ts';
import { makeDataDir, registerFleet, removeDataDir, startServer, withDatabase } from './ingest-support.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { latencyOf } from './support/statistics.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({
  options: {
    alerts: { type: 'string', default: '100000' },
    changes: { type: 'string', default: '2000' },
    queries: { type: 'string', default: '2000' },
  },
});
const alerts = Number(values.alerts);
const changes = Number(values.changes);
const queries = Number(values.queries);
const clients = 4;
const activeOneIn = 10;
const nodes = 1_000;
const sources = 20;
const bulkRounds = 40;
const bulkAlerts = 200;
const targetChangeMs = 50;
const targetQueryMs = 100;
/** The `n`th alert's ids, from which SQL and requests make the same. */
const idSql = (prefix: string, number: string): string =>
  `('${prefix}-0000-7000-8000-' || lpad((${number})::text, 12, '0'))::uuid`;
const idOf = (prefix: string, number: number): string =>
  `${prefix}-0000-7000-8000-${String(number).padStart(12, '0')}`;
const [alertIds, nodeIds, gpuIds] = ['00000000', '00000001', '00000002'] as const;

/** Ninety days of alerts; what is active is spread over them as the rest. */
const seed = async (db: Database): Promise<void> => {
  await db.transaction(
    async (tx) => {
      await tx.query(
        `INSERT INTO alerts (id, title, description, severity, status, source, fingerprint, node_id, gpu_id, assignee,
           evidence, occurrences, first_seen_at, last_seen_at, created_at, updated_at, resolved_at, resolution)
         SELECT ${idSql(alertIds, 'n')}, 'GPU is hot', 'Its temperature stood at 95 °C for 60 s', severity::alert_severity,
           CASE WHEN active THEN 'open' ELSE 'resolved' END, 'source-' || n % ${String(sources)}, 'bench:' || n,
           ${idSql(nodeIds, `n % ${String(nodes)}`)}, ${idSql(gpuIds, `n % ${String(nodes * 8)}`)},
           CASE WHEN n % 7 = 0 THEN 'person-' || n % 49 END, json_build_object('metric', 'temperature', 'value', 95, 'n', n),
           1 + n % 9, at, at + interval '5 minutes', at, at, CASE WHEN active THEN NULL ELSE at + interval '1 hour' END,
           CASE WHEN active THEN NULL ELSE 'fixed' END
         FROM (SELECT n, n % ${String(activeOneIn)} = 0 AS active,
                 (ARRAY['info', 'low', 'low', 'medium', 'medium', 'medium', 'high', 'high', 'critical'])[1 + n % 9] AS severity,
                 now() - (n * interval '90 days') / ${String(alerts)} AS at
               FROM generate_series(1, ${String(alerts)}) AS n) AS made`,
      );
      await tx.query(
        `INSERT INTO alert_history (id, alert_id, at, actor, action, to_status)
         SELECT gen_random_uuid(), id, created_at, 'system', 'created', 'open' FROM alerts`,
      );
    },
    { statementTimeoutMs: 600_000 },
  );
  await db.query('VACUUM ANALYZE alerts');
  await db.query('VACUUM ANALYZE alert_history');
};

interface Timed {
  readonly kind: string;
  readonly tookMs: number;
}
/** Runs `count` steps from `clients` at once, each its next when the one before is done. */
const timeAll = async (
  count: number,
  step: (number: number) => Promise<string>,
): Promise<readonly Timed[]> => {
  const timed: Timed[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) {
      const startMs = performance.now();
      const kind = await step(next++);
      timed.push({ kind, tookMs: performance.now() - startMs });
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return timed;
};

/** What is done to an alert one after the other; every step is a change of its own alert's. */
const lifeSteps: readonly (readonly [string, object])[] = [
  ['acknowledge', { note: 'Seen' }],
  ['severity', { severity: 'critical' }],
  ['investigate', {}],
  ['assign', { assignee: 'admin' }],
  ['comments', { body: 'The fan of this host was replaced' }],
  ['resolve', { note: 'Fan replaced' }],
  ['reopen', {}],
  ['false-positive', { quiet_seconds: 60 }],
];

const dayMs = 86_400_000;
const ago = (days: number): string => new Date(Date.now() - days * dayMs).toISOString();
/** Near enough: whether the window is the alert's own or its neighbour's, the work is the same. */
const groupKeyOf = (n: number): string => {
  const windowSeconds = 900;
  const at = Math.floor((Date.now() - (n * 90 * dayMs) / alerts) / 1000 / windowSeconds) * windowSeconds;
  return `source-${String(n % sources)}:${idOf(nodeIds, n % nodes)}:${String(at)}`;
};
/** The `n`th asks for something that the one before did not. */
const questions: readonly (readonly [string, (n: number) => object])[] = [
  ['newest of all', () => ({ limit: 50 })],
  ['open, high and critical (the seed’s own)', () => ({ severities: ['high', 'critical'], statuses: ['open'], limit: 50 })],
  ['resolved, 500 of them', () => ({ statuses: ['resolved'], limit: 500 })],
  ['one node', (n) => ({ node_ids: [idOf(nodeIds, n % nodes)] })],
  ['100 nodes, open', (n) => ({ node_ids: Array.from({ length: 100 }, (_, i) => idOf(nodeIds, (n + i * 7) % nodes)), statuses: ['open'] })],
  ['one GPU', (n) => ({ gpu_ids: [idOf(gpuIds, n % (nodes * 8))] })],
  ['one person’s', (n) => ({ assignees: [`person-${String((n * 7) % 49)}`] })],
  ['one source, critical, open', (n) => ({ sources: [`source-${String(n % sources)}`], severities: ['critical'], statuses: ['open'] })],
  ['seen within a day of two months ago', () => ({ since: ago(61), until: ago(60) })],
  ['the last hour', () => ({ since: ago(1 / 24) })],
  ['older than 85 days, open', () => ({ until: ago(85), statuses: ['open'] })],
  ['by fingerprint', (n) => ({ fingerprints: [`bench:${String(1 + (n * 37) % alerts)}`] })],
  ['by group', (n) => ({ group_keys: [groupKeyOf(1 + ((n * 37) % alerts))] })],
  ['nothing matches', () => ({ sources: ['nobody'], severities: ['critical'] })],
  ['false alarms of critical severity', () => ({ statuses: ['false_positive'], severities: ['critical'] })],
]; // prettier-ignore
const reads: readonly (readonly [string, (n: number) => string])[] = [
  ['summary', () => '/summary'],
  ['groups', () => '/groups?limit=50'],
  ['groups of one node with an active alert', (n) => `/groups?limit=50&active=true&node_id=${idOf(nodeIds, (n * 10) % nodes)}`],
  ['one alert', (n) => `/${idOf(alertIds, 1 + (n * 37) % alerts)}`],
  ['its history', (n) => `/${idOf(alertIds, 1 + (n * 37) % alerts)}/history`],
]; // prettier-ignore

interface Measured {
  readonly changed: readonly Timed[];
  readonly bulk: readonly Timed[];
  readonly asked: readonly Timed[];
}

const measure = async (url: string, headers: Readonly<Record<string, string>>): Promise<Measured> => {
  const send = async (path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}/api/v1/alerts${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${String(answer.status)}: ${text}`);
    return JSON.parse(text);
  };
  const asking = [
    ...questions.map(([kind, body]) => [kind, (n: number) => send('/query', body(n))] as const),
    ...reads.map(([kind, path]) => [kind, (n: number) => send(path(n))] as const),
  ];
  const ask = async (n: number): Promise<string> => {
    const asked = asking[n % asking.length];
    if (asked === undefined) throw new Error('there is no such question');
    await asked[1](Math.floor(n / asking.length));
    return asked[0];
  };
  await timeAll(asking.length * 2, ask);
  const asked = await timeAll(queries, ask);
  // A client goes through one alert's life, so that each of its steps is a change.
  const lives = Math.ceil(changes / lifeSteps.length);
  const changed: Timed[] = [];
  await timeAll(lives, async (life) => {
    for (const [verb, body] of lifeSteps) {
      const startMs = performance.now();
      await send(`/${idOf(alertIds, (1 + life) * activeOneIn)}/${verb}`, body);
      changed.push({ kind: verb, tookMs: performance.now() - startMs });
    }
    return 'life';
  });
  const bulk: Timed[] = [];
  for (let round = 0; round < bulkRounds; round += 1) {
    const ids = Array.from({ length: bulkAlerts }, (_, i) => idOf(alertIds, alerts - activeOneIn * (i + 1)));
    const startMs = performance.now();
    await send('/bulk', { ids, change: { action: 'assign', assignee: round % 2 === 0 ? 'admin' : null } });
    bulk.push({ kind: `bulk, ${String(bulkAlerts)} alerts`, tookMs: performance.now() - startMs });
  }
  return { changed, bulk, asked };
};

/** A change without anything around it: the row, its history, one commit. */
const bareChanges = (db: Database): Promise<readonly Timed[]> =>
  timeAll(changes, async (n) => {
    const id = idOf(alertIds, (1 + (n % (alerts / activeOneIn - 1))) * activeOneIn);
    await db.transaction(async (tx) => {
      await tx.query('UPDATE alerts SET assignee = $2, updated_at = now() WHERE id = $1', [id, `bare-${String(n)}`]);
      await tx.query(
        `INSERT INTO alert_history (id, alert_id, at, actor, action) VALUES (gen_random_uuid(), $1, now(), 'bench', 'assigned')`,
        [id],
      );
    });
    return 'bare';
  }); // prettier-ignore

const bareQueries = (db: Database): Promise<readonly Timed[]> =>
  timeAll(queries, async () => {
    await db.query(
      `SELECT * FROM alerts WHERE status = 'open' AND severity IN ('high', 'critical')
       ORDER BY created_at DESC, id DESC LIMIT 50`,
    );
    return 'bare';
  });

const rowsOf = (timed: readonly Timed[], kinds: readonly string[]): string[][] =>
  kinds.map((kind) => {
    const own = latencyOf(timed.filter((one) => one.kind === kind).map(({ tookMs }) => tookMs));
    return [kind, whole(own.count), ms(own.p50Ms), ms(own.p99Ms), ms(own.maxMs)];
  });
const latency = (timed: readonly Timed[]) => latencyOf(timed.map(({ tookMs }) => tookMs));
const allRow = (what: string, timed: readonly Timed[]): string[] => {
  const all = latency(timed);
  return [what, whole(all.count), ms(all.p50Ms), ms(all.p99Ms), ms(all.maxMs)];
};

const machine = describeMachine();
const dataDir = await makeDataDir();
try {
  // The first start makes the tables.
  await (await startServer(dataDir)).stop();
  await withDatabase(dataDir, seed);
  const server = await startServer(dataDir);
  let measured: Measured;
  try {
    const { headers } = await registerFleet(server.url, 1);
    measured = await measure(server.url, headers);
  } finally {
    await server.stop();
  }
  const bare = await withDatabase(dataDir, async (db) => ({
    changed: await bareChanges(db),
    asked: await bareQueries(db),
  }));
  const { changed, bulk, asked } = measured;
  const columns = ['', 'requests', 'p50', 'p99', 'worst'];
  const figure = (name: string, timed: readonly Timed[], targetMs: number) => ({
    name: `${name} with ${whole(alerts)} alerts, p99`,
    target: `< ${String(targetMs)} ms`,
    measured: ms(latency(timed).p99Ms),
    met: latency(timed).p99Ms < targetMs,
  });
  report({
    bench: 'alerts',
    machine,
    figures: [
      figure('alert change', changed, targetChangeMs),
      figure('alert query', asked, targetQueryMs),
    ],
    tables: [
      {
        title: `Changes, ${String(clients)} clients`,
        columns,
        rows: [
          ...rowsOf(changed, lifeSteps.map(([verb]) => verb)),
          allRow('all of them', changed),
          ...rowsOf(bulk, [`bulk, ${String(bulkAlerts)} alerts`]),
          allRow('bare SQL: UPDATE, INSERT, commit', bare.changed),
        ],
      },
      {
        title: `Queries, ${String(clients)} clients`,
        columns,
        rows: [
          ...rowsOf(asked, [...questions, ...reads].map(([kind]) => kind)),
          allRow('all of them', asked),
          allRow('bare SQL: the seed’s query', bare.asked),
        ],
      },
    ],
    notes: [
      `One alert in ${String(activeOneIn)} is active, over ninety days, ${whole(nodes)} nodes and ${String(sources)} sources. A change is durable, with its history, its audit entry and its place in the stream; a query has its audit entry.`,
      'Bulk changes come one after the other and do not count into the figure.',
    ],
  }); // prettier-ignore
} finally {
  await removeDataDir(dataDir);
}
