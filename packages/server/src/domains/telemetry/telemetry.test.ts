import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { knownMetricNames, knownMetrics } from '@gpushield/contracts';
import { systemClock } from '../../platform/clock.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import { httpHarness, principalWith, testCursors, testDatabase } from '../../testing/index.ts';
import { createFleetDomain, type FleetDomain } from '../fleet/index.ts';
import { createTelemetryDomain, type TelemetryDomain } from './index.ts';
import { listStatement, type TelemetryFilter } from './store.ts';

const database = testDatabase();
const newId = () => randomUUIDv7();
let fleet: FleetDomain;
let telemetry: TelemetryDomain;
let server: HttpServer;
let outcomes: string[] = [];

interface Made {
  readonly nodeId: string;
  readonly gpuId: string;
  readonly sensorId: string;
}
let mine: Made;
let theirs: Made;

const send = async (
  method: 'GET' | 'POST' | 'DELETE',
  url: string,
  body?: unknown,
  options: { who?: string; headers?: Record<string, string> } = {},
) => {
  const answer = await server.app.inject({
    method,
    url,
    headers: {
      authorization: `Bearer ${options.who ?? 'admin'}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const parsed: unknown = answer.body === '' ? undefined : answer.json();
  return { status: answer.statusCode, headers: answer.headers, body: parsed as Record<string, unknown> };
};

const make = async (name: string, who: string): Promise<Made> => {
  const node = await send('POST', '/api/v1/nodes', { name }, { who });
  const gpuBody = {
    vendor: 'nvidia',
    model: 'A100',
    device_id: '0000:00:1e.0',
    uuid: `GPU-${name}`,
    memory_total: 81920,
  };
  const gpu = await send('POST', `/api/v1/nodes/${String(node.body['id'])}/gpus`, gpuBody, { who });
  const sensor = await send(
    'POST',
    '/api/v1/sensors',
    { name: 's', node_id: node.body['id'], version: '1' },
    { who },
  );
  return {
    nodeId: String(node.body['id']),
    gpuId: String(gpu.body['id']),
    sensorId: String(sensor.body['id']),
  };
};

const now = () => new Date().toISOString();
const record = (made: Made, changes: Record<string, unknown> = {}) => ({
  gpu_id: made.gpuId,
  sensor_id: made.sensorId,
  telemetry_type: 'metrics',
  timestamp: now(),
  metrics: { gpu_utilization: 85.5, temperature: 78 },
  ...changes,
});
const single = '/api/v1/telemetry/records';
const bulk = '/api/v1/telemetry/records/bulk';
const count = async () => {
  const { rows } = await database.db.query<{ n: number }>('SELECT count(*) AS n FROM telemetry_records');
  return rows[0]?.n;
};

beforeAll(async () => {
  const { db } = database;
  const cursors = testCursors();
  fleet = createFleetDomain({ db, cursors, newId });
  telemetry = createTelemetryDomain({
    db,
    clock: systemClock(),
    cursors,
    newId,
    log: pino({ level: 'silent' }),
    fleet: fleet.port,
    ...{ minutesRetentionDays: 90, hoursRetentionDays: 730 },
    retentionDays: 30,
    onRecords: (kind, outcome, records) => outcomes.push(`${kind} ${outcome} ${records}`),
  });
  await fleet.start();
  await telemetry.start();
  const own = ['nodes:write:own', 'sensors:write:own', 'telemetry:write:own'] as const;
  server = await httpHarness({
    db,
    routes: [...fleet.routes, ...telemetry.routes],
    principals: {
      admin: principalWith('admin', [
        'nodes:read',
        'nodes:write',
        'sensors:write',
        'telemetry:read',
        'telemetry:write',
      ]),
      sensor: principalWith('sensor', own),
      other: principalWith('other', own),
    },
  });
  mine = await make('mine', 'sensor');
  theirs = await make('theirs', 'other');
});
afterAll(async () => {
  await server.app.close();
  await telemetry.stop();
  await fleet.stop();
});
beforeEach(async () => {
  outcomes = [];
  await database.db.query('TRUNCATE telemetry_records, idempotency_keys');
});

describe('a single record', () => {
  it('as the seed shows it, from 2024, is stored and found again', async () => {
    const metrics = {
      gpu_utilization: 85.5,
      memory_utilization: 70.2,
      temperature: 78.0,
      power_usage: 250.0,
    };
    const body = record(mine, { timestamp: '2024-01-01T12:00:00Z', metrics });
    const answer = await send('POST', `${single}/`, body);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ gpu_id: mine.gpuId, timestamp: '2024-01-01T12:00:00.000Z' });
    const list = await send('GET', `${single}?gpu_id=${mine.gpuId}`);
    expect(list.body).toMatchObject({
      data: [
        {
          id: answer.body['id'],
          node_id: mine.nodeId,
          sensor_id: mine.sensorId,
          telemetry_type: 'metrics',
          metrics,
        },
      ],
      pagination: { cursor: null, has_more: false },
    });
    expect(outcomes).toEqual(['single stored 1']);
  });

  it('keeps every metric exactly, known or not', async () => {
    const metrics = Object.fromEntries(
      knownMetricNames.map((name, index) => [name, Math.min(knownMetrics[name][2], 0.1 + index / 3)]),
    );
    Object.assign(metrics, {
      'vendor.tensor_active': 1e-7,
      custom: -123456789.123,
      energy_consumption: 1e18,
    });
    await send('POST', single, record(mine, { metrics }));
    const list = await send('GET', single);
    expect(list.body).toMatchObject({ data: [{ metrics }] });
  });

  it('of a sensor is accepted for its own GPU only', async () => {
    expect((await send('POST', single, record(mine), { who: 'sensor' })).status).toBe(201);
    const foreign = await send('POST', single, record(theirs), { who: 'sensor' });
    expect([foreign.status, foreign.body['code']]).toEqual([403, 'not_owner']);
    expect(await count()).toBe(1);
  });

  it('with a GPU in upper case is the same GPU', async () => {
    expect((await send('POST', single, record(mine, { gpu_id: mine.gpuId.toUpperCase() }))).status).toBe(201);
  });

  it('of a GPU that was deleted is refused, on this replica at once', async () => {
    const gone = await make(`gone-${newId()}`, 'admin');
    expect((await send('POST', single, record(gone))).status).toBe(201);
    await send('DELETE', `/api/v1/gpus/${gone.gpuId}`);
    await expect.poll(async () => (await send('POST', single, record(gone))).status).toBe(422);
    const list = await send('GET', `${single}?node_id=${gone.nodeId}`);
    expect(list.body['data']).not.toHaveLength(0);
  });
});

describe('bad input', () => {
  it.each([
    ['NaN', '{"gpu_id":"GPU","timestamp":"NOW","metrics":{"temperature":NaN}}', 400],
    ['1e999', '{"gpu_id":"GPU","timestamp":"NOW","metrics":{"temperature":1e999}}', 422],
    ['1e999 under a name of its own', '{"gpu_id":"GPU","timestamp":"NOW","metrics":{"other":-1e999}}', 422],
    ['a metric that is text', '{"gpu_id":"GPU","timestamp":"NOW","metrics":{"temperature":"hot"}}', 422],
    ['no metrics', '{"gpu_id":"GPU","timestamp":"NOW","metrics":{}}', 422],
    ['a metric name with a tab', '{"gpu_id":"GPU","timestamp":"NOW","metrics":{"a\\tb":1}}', 422],
    [
      'a time before GPUs',
      '{"gpu_id":"GPU","timestamp":"1970-01-01T00:00:00Z","metrics":{"temperature":1}}',
      422,
    ],
    [
      'a time to come',
      '{"gpu_id":"GPU","timestamp":"2999-01-01T00:00:00Z","metrics":{"temperature":1}}',
      422,
    ],
    ['no time', '{"gpu_id":"GPU","timestamp":"yesterday","metrics":{"temperature":1}}', 422],
    [
      'a day that is none',
      '{"gpu_id":"GPU","timestamp":"2024-02-31T00:00:00Z","metrics":{"temperature":1}}',
      422,
    ],
    ['an unknown field', '{"gpu_id":"GPU","timestamp":"NOW","metrics":{"temperature":1},"colour":1}', 422],
    ['an id that is none', '{"gpu_id":"7","timestamp":"NOW","metrics":{"temperature":1}}', 422],
    [
      'an unknown GPU',
      '{"gpu_id":"0199aaaa-0000-7000-8000-000000000009","timestamp":"NOW","metrics":{"temperature":1}}',
      422,
    ],
  ])('%s is refused clearly, alone and in a bulk, and nothing is stored', async (_name, text, status) => {
    const body = text.replace('GPU', mine.gpuId).replace('NOW', now());
    const alone = await send('POST', single, body);
    expect([alone.status, typeof alone.body['code']]).toEqual([status, 'string']);
    const many = await send('POST', bulk, `{"records":[${JSON.stringify(record(mine))},${body}]}`);
    expect(many.status).toBe(status);
    expect(await count()).toBe(0);
  });

  it('in one record of a bulk refuses the whole of it and names the record', async () => {
    const records = [record(mine), record(mine, { gpu_id: newId() }), record(mine, { sensor_id: newId() })];
    const answer = await send('POST', bulk, { records });
    expect([answer.status, answer.body['code']]).toEqual([422, 'unknown_reference']);
    expect((answer.body['errors'] as { field: string }[]).map(({ field }) => field)).toEqual([
      '/records/1/gpu_id',
      '/records/2/sensor_id',
    ]);
    expect(await count()).toBe(0);
    expect(outcomes).toEqual(['bulk refused 3']);
  });
});

describe('a bulk', () => {
  it('is stored whole and answered with its number', async () => {
    const answer = await send('POST', bulk, { records: Array.from({ length: 1000 }, () => record(mine)) });
    expect([answer.status, answer.body['accepted']]).toEqual([201, 1000]);
    expect(await count()).toBe(1000);
  });

  it('counts once when it is sent again with its Idempotency-Key, also after its GPU is gone', async () => {
    const gone = await make(`gone-${newId()}`, 'admin');
    const body = { records: [record(gone), record(gone)] };
    const headers = { 'idempotency-key': '"batch-1"' };
    const first = await send('POST', bulk, body, { headers });
    const again = await send('POST', bulk, body, { headers });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    await send('DELETE', `/api/v1/nodes/${gone.nodeId}`);
    expect((await send('POST', bulk, body, { headers })).body).toEqual(first.body);
    const changed = await send('POST', bulk, { records: [record(gone)] }, { headers });
    expect(changed.status).toBe(422);
    expect(await count()).toBe(2);
  });
});

describe('the list', () => {
  const at = (minute: number) =>
    new Date(Date.parse('2024-03-01T00:00:00.000Z') + minute * 60_000).toISOString();
  const fill = async (made: Made, minutes: readonly number[]) => {
    const records = minutes.map((minute) => record(made, { timestamp: at(minute) }));
    expect((await send('POST', bulk, { records })).status).toBe(201);
  };
  const page = async (query: string) => {
    const { status, body } = await send('GET', `${single}?${query}`);
    expect(status).toBe(200);
    return body as unknown as {
      data: { timestamp: string; gpu_id: string; id: string }[];
      pagination: { cursor: string | null };
    };
  };

  it('walks every record once, newest first, over equal times and partitions', async () => {
    await fill(mine, [1, 1, 1, 2, 3, 3]);
    await send('POST', single, record(mine));
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { data, pagination }: Awaited<ReturnType<typeof page>> = await page(
        `limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...data.map(({ timestamp, id }) => `${timestamp} ${id}`));
      cursor = pagination.cursor;
    }
    expect(new Set(seen).size).toBe(7);
    expect(seen).toEqual(seen.toSorted().reverse());
  });

  it('filters by GPU, node, sensor and time', async () => {
    await fill(mine, [1, 2, 3]);
    await fill(theirs, [2]);
    expect((await page(`gpu_id=${theirs.gpuId}`)).data).toHaveLength(1);
    expect((await page(`node_id=${mine.nodeId}`)).data).toHaveLength(3);
    expect((await page(`sensor_id=${mine.sensorId}`)).data).toHaveLength(3);
    const window = `since=${encodeURIComponent(at(2))}&until=${encodeURIComponent(at(3))}`;
    expect((await page(window)).data.map(({ timestamp }) => timestamp)).toEqual([at(2), at(2)]);
    expect((await page(`sensor_id=${newId()}`)).data).toEqual([]);
  });

  it('gives the newest record of each GPU of a node', async () => {
    await fill(mine, [1, 5, 3]);
    const { body } = await send('GET', `${single}/latest?node_id=${mine.nodeId}`);
    expect(body).toMatchObject({ data: [{ gpu_id: mine.gpuId, timestamp: at(5) }] });
  });
});

describe('the plan of the list', () => {
  const explain = async (filter: TelemetryFilter, after?: { sort: string; id: string }) => {
    const { sql, values } = listStatement(filter, 51, after);
    const { rows } = await database.db.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${sql}`, values);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  };

  it('reads large partitions by index whatever the filter, and skips those out of its time', async () => {
    await database.db.query(
      `INSERT INTO telemetry_records (id, gpu_id, node_id, sensor_id, "timestamp", received_at, telemetry_type)
       SELECT gen_random_uuid(), CASE WHEN n % 50 = 0 THEN $1::uuid ELSE gen_random_uuid() END, $2::uuid,
              CASE WHEN n % 3 = 0 THEN $3::uuid END, now() - make_interval(secs => n), now(), 'metrics'
       FROM generate_series(1, 50000) AS n`,
      [mine.gpuId, mine.nodeId, mine.sensorId],
    );
    await database.db.query('ANALYZE telemetry_records');
    const { rows } = await database.db.query<{ day: string }>(
      `SELECT to_char("timestamp", 'YYYYMMDD') AS day FROM telemetry_records GROUP BY day HAVING count(*) > 2000`,
    );
    const days = rows.map(({ day }) => day);
    const position = { sort: String(Date.now() - 1000), id: newId() };
    const filters: readonly TelemetryFilter[] = [
      {},
      { gpu_id: mine.gpuId },
      { node_id: mine.nodeId },
      { sensor_id: mine.sensorId },
      { node_id: mine.nodeId, sensor_id: mine.sensorId },
      { sensor_id: newId() },
    ];
    for (const filter of filters) {
      for (const plan of [await explain(filter), await explain(filter, position)]) {
        for (const day of days) {
          expect(plan).not.toContain(`Seq Scan on telemetry_records_p${day}`);
          expect(plan).toContain(`telemetry_records_p${day}`);
        }
      }
    }
    const old = await explain({ until: '2024-06-01T00:00:00Z' });
    expect(old).toContain('telemetry_records_default');
    expect(old).not.toContain('telemetry_records_p');
  });
});
