import { randomUUIDv7 } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultSensorConfiguration } from '@gpushield/contracts';
import { openDatabase, silentLog } from '../../platform/database/index.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import { httpHarness, principalWith, testCursors, testDatabase } from '../../testing/index.ts';
import { createFleetDomain, type FleetDomain } from './index.ts';

const database = testDatabase();
const newId = () => randomUUIDv7();
const cursors = testCursors();
const own = ['nodes:write:own', 'sensors:read:own', 'sensors:write:own'] as const;
const principals = {
  admin: principalWith('admin', ['nodes:read', 'nodes:write', 'sensors:read', 'sensors:write']),
  reader: principalWith('reader', ['nodes:read', 'sensors:read']),
  sensor: principalWith('sensor', own),
  other: principalWith('other', own),
};
type Who = keyof typeof principals;
type Json = Record<string, unknown>;

let fleet: FleetDomain;
let server: HttpServer;

const send = async (
  who: Who,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
) => {
  const answer = await server.app.inject({
    method,
    url: `/api/v1${path}`,
    headers: {
      authorization: `Bearer ${who}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  const parsed: unknown = answer.body === '' ? {} : answer.json();
  return { status: answer.statusCode, body: parsed as Json, id: String((parsed as Json)['id']) };
};
const node = (name: string, more: Json = {}) => ({ name, cluster_id: 'prod-cluster', ...more });
const gpu = (uuid: string, more: Json = {}) => ({
  vendor: 'nvidia',
  model: 'A100-SXM4-80GB',
  device_id: '0000:00:1e.0',
  uuid,
  memory_total: 81920,
  ...more,
});
const sensor = (nodeId: string, more: Json = {}) => ({
  name: 's',
  node_id: nodeId,
  version: '0.1.0',
  ...more,
});
const namesOf = (body: Json) => (body['data'] as { name: string }[]).map(({ name }) => name);

beforeAll(async () => {
  fleet = createFleetDomain({ db: database.db, cursors, newId });
  await fleet.start();
  server = await httpHarness({ db: database.db, routes: fleet.routes, principals });
});
afterAll(async () => {
  await server.app.close();
  await fleet.stop();
});
beforeEach(() => database.db.query('TRUNCATE nodes CASCADE'));

describe('nodes', () => {
  it('are registered by the call that the seed shows, and again with 200', async () => {
    const body = {
      name: 'gpu-node-01',
      cluster_id: 'prod-cluster',
      ip_address: '10.0.1.100',
      kubernetes_version: '1.28.0',
      kernel_version: '5.15.0',
    };
    const first = await send('admin', 'POST', '/nodes/', body);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      ...body,
      status: 'unknown',
      gpu_count: 0,
      sensor_count: 0,
      labels: {},
    });
    const again = await send('admin', 'POST', '/nodes', {
      ...body,
      ip_address: undefined,
      kernel_version: '6.1',
    });
    expect([again.status, again.id]).toEqual([200, first.id]);
    expect(again.body).toMatchObject({ ip_address: '10.0.1.100', kernel_version: '6.1' });
  });

  it('are one row however many register them at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => send('sensor', 'POST', '/nodes', node('n'))),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  });

  it('of someone else cannot be taken over, changed or deleted by a credential for its own', async () => {
    const { id } = await send('sensor', 'POST', '/nodes', node('n'));
    const taken = await send('other', 'POST', '/nodes', node('n', { kernel_version: 'evil' }));
    expect([taken.status, taken.body['code']]).toEqual([409, 'already_exists']);
    expect((await send('other', 'PATCH', `/nodes/${id}`, { kernel_version: 'evil' })).status).toBe(403);
    expect((await send('other', 'DELETE', `/nodes/${id}`)).status).toBe(403);
    expect((await send('admin', 'GET', `/nodes/${id}`)).body).toMatchObject({ kernel_version: null });
    expect((await send('admin', 'PATCH', `/nodes/${id}`, { labels: { rack: '7' } })).body).toMatchObject({
      labels: { rack: '7' },
    });
  });

  it('are listed by cluster, prefix of the name, literally, and status, in pages', async () => {
    for (const name of ['a_1', 'a_2', 'ab1']) await send('admin', 'POST', '/nodes', node(name));
    await send('admin', 'POST', '/nodes', { name: 'a_3' });
    expect(namesOf((await send('reader', 'GET', '/nodes?name=a_')).body)).toEqual(['a_3', 'a_2', 'a_1']);
    expect(namesOf((await send('reader', 'GET', '/nodes?cluster_id=default')).body)).toEqual(['a_3']);
    expect(namesOf((await send('reader', 'GET', '/nodes?status=online')).body)).toEqual([]);
    const first = await send('reader', 'GET', '/nodes?limit=3');
    const { cursor } = first.body['pagination'] as { cursor: string };
    const second = await send('reader', 'GET', `/nodes?limit=3&cursor=${cursor}`);
    expect([...namesOf(first.body), ...namesOf(second.body)]).toEqual(['a_3', 'ab1', 'a_2', 'a_1']);
    const foreign = await send('reader', 'GET', `/nodes?limit=3&name=a&cursor=${cursor}`);
    expect([foreign.status, foreign.body['code']]).toEqual([400, 'invalid_cursor']);
  });

  it('go with their GPUs and sensors', async () => {
    const { id } = await send('admin', 'POST', '/nodes', node('n'));
    const device = await send('admin', 'POST', `/nodes/${id}/gpus`, gpu('GPU-1'));
    const probe = await send('admin', 'POST', '/sensors', sensor(id));
    expect((await send('admin', 'DELETE', `/nodes/${id}`)).status).toBe(204);
    for (const path of [`/nodes/${id}`, `/gpus/${device.id}`, `/sensors/${probe.id}`]) {
      expect((await send('admin', 'GET', path)).status).toBe(404);
    }
  });
});

describe('GPUs', () => {
  it('are added by the body that the seed shows; a node_id that contradicts the path is refused', async () => {
    const { id } = await send('admin', 'POST', '/nodes', node('n'));
    const body = gpu('GPU-12345678-1234-1234-1234-123456789012', { node_id: id, compute_capability: '8.0' });
    const first = await send('admin', 'POST', `/nodes/${id}/gpus`, body);
    expect([first.status, first.body]).toMatchObject([201, body]);
    const again = await send('admin', 'POST', `/nodes/${id}/gpus`, { ...body, driver_version: '550' });
    expect([again.status, again.id, again.body['driver_version']]).toEqual([200, first.id, '550']);
    const wrong = await send('admin', 'POST', `/nodes/${id}/gpus`, { ...body, node_id: newId() });
    expect([wrong.status, wrong.body['errors']]).toMatchObject([422, [{ field: '/node_id' }]]);
    expect((await send('reader', 'GET', `/nodes/${id}/gpus`)).body).toMatchObject({
      data: [{ id: first.id }],
    });
    expect((await send('reader', 'GET', `/nodes/${id}`)).body).toMatchObject({ gpu_count: 1 });
  });

  it('of an unknown vendor are refused', async () => {
    const { id } = await send('admin', 'POST', '/nodes', node('n'));
    const answer = await send('admin', 'POST', `/nodes/${id}/gpus`, gpu('GPU-1', { vendor: 'acme' }));
    expect([answer.status, answer.body['errors']]).toMatchObject([422, [{ field: '/vendor' }]]);
  });

  it('are moved to another node only by the full scope; the directory hears of it', async () => {
    const from = await send('other', 'POST', '/nodes', node('from'));
    const to = await send('sensor', 'POST', '/nodes', node('to'));
    const device = await send('other', 'POST', `/nodes/${from.id}/gpus`, gpu('GPU-1'));
    expect((await fleet.port.gpuDirectory.resolve([device.id])).get(device.id)).toEqual({
      nodeId: from.id,
      ownerId: 'other',
    });
    const theft = await send('sensor', 'POST', `/nodes/${to.id}/gpus`, gpu('GPU-1'));
    expect([theft.status, theft.body['code']]).toEqual([409, 'already_exists']);
    expect(theft.body['remediation']).toContain(device.id);
    const move = await send('admin', 'POST', `/nodes/${to.id}/gpus`, gpu('GPU-1'));
    expect([move.status, move.id, move.body['node_id']]).toEqual([200, device.id, to.id]);
    const place = async () => (await fleet.port.gpuDirectory.resolve([device.id])).get(device.id);
    await expect.poll(place).toEqual({ nodeId: to.id, ownerId: 'sensor' });
    expect((await send('other', 'DELETE', `/gpus/${device.id}`)).status).toBe(403);
    expect((await send('sensor', 'DELETE', `/gpus/${device.id}`)).status).toBe(204);
    await expect.poll(place).toBeUndefined();
  });
});

describe('sensors', () => {
  it('are registered on nodes that exist, and by own-only credentials on their own nodes', async () => {
    const mine = await send('sensor', 'POST', '/nodes', node('mine'));
    const lost = await send('sensor', 'POST', '/sensors', sensor(newId()));
    expect([lost.status, lost.body['code'], lost.body['errors']]).toMatchObject([
      422,
      'unknown_reference',
      [{ field: '/node_id' }],
    ]);
    expect((await send('other', 'POST', '/sensors', sensor(mine.id))).status).toBe(403);
    const first = await send('sensor', 'POST', '/sensors', sensor(mine.id, { capabilities: ['nvml'] }));
    expect(first.body).toMatchObject({ status: 'never_seen', configuration: defaultSensorConfiguration });
    const again = await send('sensor', 'POST', '/sensors', sensor(mine.id, { version: '0.2.0' }));
    expect([first.status, again.status, again.id]).toEqual([201, 200, first.id]);
    expect(again.body).toMatchObject({ version: '0.2.0', capabilities: ['nvml'] });
  });

  it('are seen by own-only credentials only when they are theirs', async () => {
    const mine = await send('sensor', 'POST', '/nodes', node('mine'));
    const theirs = await send('other', 'POST', '/nodes', node('theirs'));
    await send('sensor', 'POST', '/sensors', sensor(mine.id, { name: 'm' }));
    const foreign = await send('other', 'POST', '/sensors', sensor(theirs.id, { name: 't' }));
    expect(namesOf((await send('sensor', 'GET', '/sensors')).body)).toEqual(['m']);
    expect(namesOf((await send('reader', 'GET', '/sensors')).body)).toEqual(['t', 'm']);
    expect((await send('sensor', 'GET', `/sensors/${foreign.id}`)).status).toBe(403);
    expect((await send('sensor', 'DELETE', `/sensors/${foreign.id}`)).status).toBe(403);
    expect(
      (await send('sensor', 'POST', `/sensors/${foreign.id}/heartbeat`, { health: 'healthy' })).status,
    ).toBe(403);
  });

  it('are online for three intervals after a heartbeat, and their node with them', async () => {
    const { id } = await send('sensor', 'POST', '/nodes', node('n'));
    const probe = await send('sensor', 'POST', '/sensors', sensor(id));
    const beat = {
      health: 'degraded',
      health_detail: 'no driver',
      spooled_records: 7,
      configuration_version: 1,
    };
    const answer = await send('sensor', 'POST', `/sensors/${probe.id}/heartbeat`, beat);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ configuration_version: 1 });
    expect(answer.body['configuration']).toBeUndefined();
    const state = async () => {
      const [one, host] = [
        await send('reader', 'GET', `/sensors/${probe.id}`),
        await send('reader', 'GET', `/nodes/${id}`),
      ];
      return [one.body['status'], host.body['status'], await fleet.port.sensorConnectivity(database.db)];
    };
    expect((await send('reader', 'GET', `/sensors/${probe.id}`)).body).toMatchObject({
      health: 'degraded',
      health_detail: 'no driver',
      spooled_records: 7,
      reported_configuration_version: 1,
      last_heartbeat_at: answer.body['received_at'],
    });
    expect(await state()).toEqual(['online', 'online', { online: 1, offline: 0, neverSeen: 0 }]);
    const age = (seconds: number) =>
      database.db.query('UPDATE sensors SET last_heartbeat_at = now() - make_interval(secs => $1)', [
        seconds,
      ]);
    await age(25);
    expect((await state())[0]).toBe('online');
    await age(31);
    expect(await state()).toEqual(['offline', 'offline', { online: 0, offline: 1, neverSeen: 0 }]);
    expect((await send('reader', 'GET', '/sensors?status=offline')).body['data']).toHaveLength(1);
    expect((await send('reader', 'GET', '/nodes?status=offline')).body['data']).toHaveLength(1);
    expect((await send('admin', 'POST', `/sensors/${newId()}/heartbeat`, beat)).status).toBe(404);
  });
});

describe('a configuration', () => {
  const faster = { ...defaultSensorConfiguration, heartbeat_interval_seconds: 5 };
  const make = async () => {
    const { id } = await send('sensor', 'POST', '/nodes', node('n'));
    return send('sensor', 'POST', '/sensors', sensor(id));
  };

  it('reaches the sensor with its next heartbeat until the sensor says that it has it', async () => {
    const { id } = await make();
    expect((await send('admin', 'PUT', `/sensors/${id}/configuration`, faster)).body).toMatchObject({
      configuration_version: 2,
    });
    const beat = (version?: number) =>
      send('sensor', 'POST', `/sensors/${id}/heartbeat`, {
        health: 'healthy',
        configuration_version: version,
      });
    expect((await beat(1)).body).toMatchObject({ configuration_version: 2, configuration: faster });
    expect((await beat()).body).toMatchObject({ configuration: faster });
    expect((await beat(2)).body['configuration']).toBeUndefined();
  });

  it('cannot be changed by the sensor itself: who took a node must not make its sensor look away', async () => {
    const { id } = await make();
    const answer = await send('sensor', 'PUT', `/sensors/${id}/configuration`, faster);
    expect([answer.status, answer.body['code']]).toEqual([403, 'insufficient_scope']);
  });

  it('wakes who waits for it, also when another replica changed it', async () => {
    const { id } = await make();
    const db = await openDatabase({ connectionString: database.connectionString, log: silentLog });
    const replica = createFleetDomain({ db, cursors, newId });
    await replica.start();
    const second = await httpHarness({ db, routes: replica.routes, principals });
    try {
      const waiting = send('sensor', 'GET', `/sensors/${id}/configuration?after_version=1&wait_seconds=30`);
      await second.app.inject({
        method: 'PUT',
        url: `/api/v1/sensors/${id}/configuration`,
        headers: { authorization: 'Bearer admin', 'content-type': 'application/json' },
        payload: JSON.stringify(faster),
      });
      expect((await waiting).body).toEqual({ configuration_version: 2, configuration: faster });
    } finally {
      await second.app.close();
      await replica.stop();
      await db.close();
    }
  });

  it('is answered at once to who has another version or does not want to wait, and as it is when the time is over', async () => {
    const { id } = await make();
    for (const query of [
      '',
      '?after_version=1',
      '?after_version=9&wait_seconds=30',
      '?after_version=1&wait_seconds=0.05',
    ]) {
      expect((await send('sensor', 'GET', `/sensors/${id}/configuration${query}`)).body).toEqual({
        configuration_version: 1,
        configuration: defaultSensorConfiguration,
      });
    }
    expect((await send('sensor', 'GET', `/sensors/${id}/configuration?wait_seconds=31`)).status).toBe(400);
  });
});
