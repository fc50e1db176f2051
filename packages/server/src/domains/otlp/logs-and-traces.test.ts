import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { testDatabase } from '../../testing/index.ts';
import { attributes, decodeAnswer, encodeOtlp } from './testing/otlp-encoder.ts';

const database = testDatabase();
let app: App;
let admin = '';

beforeAll(async () => {
  app = await testApp({ db: database.db });
  admin = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
  // An Xid is kept for a node that is known.
  const answer = await app.http.app.inject({
    method: 'POST',
    url: '/api/v1/nodes',
    headers: { authorization: `Bearer ${admin}` },
    payload: { name: node['host.name'], cluster_id: node['k8s.cluster.name'] },
  });
  expect(answer.statusCode).toBe(201);
});
afterAll(() => stopApp(app));

const send = (
  url: string,
  payload: Buffer | string,
  { type = 'application/x-protobuf', token = admin, headers = {} } = {},
) =>
  app.http.app.inject({
    method: 'POST',
    url,
    payload,
    headers: { 'content-type': type, authorization: `Bearer ${token}`, ...headers },
  });

const node = { 'host.name': 'otlp-node', 'k8s.cluster.name': 'prod' };
const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const at = (seconds: number): Date => new Date(now.getTime() - seconds * 1000);
/** How many items the metrics say were stored. */
const counted = async (kind: string): Promise<number> => {
  const { body: text } = await app.http.app.inject({
    url: '/metrics',
    headers: { authorization: `Bearer ${admin}` },
  });
  const pattern = new RegExp(
    `^gpushield_ingest_records_total\\{kind="${kind}",outcome="stored"\\} (\\d+)`,
    'm',
  );
  return Number(pattern.exec(text)?.[1] ?? 0);
};

describe('logs and traces', () => {
  const line = 'NVRM: Xid (PCI:0000:3b:00): 79, pid=1234, name=python3, GPU has fallen off the bus.';
  const logs = (body: string) => ({
    resourceLogs: [
      {
        resource: { attributes: attributes(node) },
        scopeLogs: [
          {
            logRecords: [
              { timeUnixNano: `${at(5).getTime()}000000`, body: { stringValue: body }, attributes: [] },
            ],
          },
        ],
      },
    ],
  });

  it('a log line that carries an Xid becomes a security event and an alert; others are taken and not kept', async () => {
    expect((await send('/v1/logs', encodeOtlp('ExportLogs', logs(`[12.3] ${line}`)))).statusCode).toBe(200);
    expect(
      (await send('/v1/logs', JSON.stringify(logs('all is well')), { type: 'application/json' })).json(),
    ).toEqual({});
    const { rows } = await database.db.query<{ title: string; severity: string; alert_id: string | null }>(
      "SELECT title, severity, alert_id FROM security_events WHERE event_type = 'gpu.xid'",
    );
    expect(rows).toMatchObject([{ title: expect.stringContaining('Xid 79') as string, severity: 'high' }]);
    expect(rows[0]?.alert_id).not.toBeNull();
  });

  it('an export of logs that is sent again with the same Idempotency-Key tells of its Xids once', async () => {
    const bytes = encodeOtlp('ExportLogs', logs(line.replace('79', '48')));
    const headers = { 'idempotency-key': '"logs once"' };
    const before = await counted('otlp_logs');
    const answers = await Promise.all([0, 1, 2].map(() => send('/v1/logs', bytes, { headers })));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200]);
    const { rows } = await database.db.query(
      "SELECT count(*)::int AS events FROM security_events WHERE title LIKE 'Xid 48%'",
    );
    expect(rows).toEqual([{ events: 1 }]);
    expect(await counted('otlp_logs')).toBe(before + 1);
    const other = encodeOtlp('ExportLogs', logs(line.replace('79', '94')));
    const reused = await send('/v1/logs', other, { headers });
    expect([reused.statusCode, decodeAnswer('Status', reused.rawPayload)]).toMatchObject([
      400,
      { message: expect.stringMatching(/another payload|Reused/) as string },
    ]);
  });

  it('traces are taken', async () => {
    const traces = { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'a' }, { name: 'b' }] }] }] };
    expect((await send('/v1/traces', encodeOtlp('ExportTraces', traces))).statusCode).toBe(200);
  });
});
