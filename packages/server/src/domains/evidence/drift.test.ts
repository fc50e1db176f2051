import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { openDatabase, silentLog, type Database } from '../../platform/database/index.ts';
import { testDatabase } from '../../testing/index.ts';
import { lockHead } from './inventory-store.ts';
import { createReplica, inventoryOf, moduleOf, sha, withFile, type Replica } from './testing/replica.ts';

const database = testDatabase();
let one: Replica;
let two: Replica;
let otherPool: Database;
let counter = 0;

beforeAll(async () => {
  otherPool = await openDatabase({ connectionString: database.connectionString, log: silentLog });
  one = await createReplica(database.db, systemClock());
  two = await createReplica(otherPool, systemClock());
});
afterAll(async () => {
  await one.server.app.close();
  await two.server.app.close();
  await otherPool.close();
});

const fresh = async () => {
  counter += 1;
  const made = await one.makeSensor(`drift-${String(counter)}`);
  expect(await one.report(made.sensorId, inventoryOf())).toEqual({ baseline: true, drift: 0, events: 0 });
  return made;
};

const resolve = async (alertId: string, resolution: string) => {
  const answer = await one.send('POST', `/api/v1/alerts/${alertId}/resolve`, { resolution });
  expect(answer.status).toBe(200);
};

const onlyAlert = async (nodeId: string) => {
  const alerts = await one.alertsOf(nodeId);
  expect(alerts).toHaveLength(1);
  const [alert] = alerts;
  if (alert === undefined) throw new Error('no alert');
  return alert;
};

describe('a changed file', () => {
  it('raises exactly one alert, however often it is reported and by whichever replica', async () => {
    const { nodeId, sensorId } = await fresh();
    const answers = await Promise.all(
      [one, two, one, two, one].map((replica) => replica.report(sensorId, withFile('a'))),
    );
    expect(answers.map(({ events }) => events).toSorted()).toEqual([0, 0, 0, 0, 1]);
    expect(answers.every(({ drift }) => drift === 1)).toBe(true);
    const alert = await onlyAlert(nodeId);
    expect(alert).toMatchObject({
      occurrences: 1,
      severity: 'high',
      status: 'open',
      source: 'integrity',
      sensor_id: sensorId,
    });
    expect(alert.evidence).toMatchObject({
      path: '/etc/ld.so.conf',
      expected: sha('4'),
      actual: sha('a'),
      sensor_id: sensorId,
    });
    const [event] = await one.eventsOf(nodeId);
    expect(event).toMatchObject({
      event_type: 'integrity.file_changed',
      alert_id: alert.id,
      severity: 'high',
    });
  });

  it('is silent after its alert was resolved, while it stays as it is', async () => {
    const { nodeId, sensorId } = await fresh();
    await one.report(sensorId, withFile('a'));
    await resolve((await onlyAlert(nodeId)).id, 'fixed');
    expect(await two.report(sensorId, withFile('a'))).toEqual({ baseline: false, drift: 1, events: 0 });
    // Another difference makes the report be judged anew; the file still says nothing new.
    await two.report(sensorId, { ...withFile('a'), drivers: { nvidia: '571' } });
    expect(await one.alertsOf(nodeId)).toHaveLength(1);
  });

  it('that changes back is an event and a note on its open alert, and no new alert', async () => {
    const { nodeId, sensorId } = await fresh();
    await one.report(sensorId, withFile('a'));
    expect(await two.report(sensorId, inventoryOf())).toEqual({ baseline: false, drift: 0, events: 1 });
    const alert = await onlyAlert(nodeId);
    expect(alert.occurrences).toBe(1);
    const restored = (await one.eventsOf(nodeId)).find(
      ({ event_type }) => event_type === 'integrity.restored',
    );
    expect(restored).toMatchObject({ severity: 'info', alert_id: alert.id });
    expect((await one.historyOf(alert.id)).map(({ action }) => action)).toEqual(['noted', 'created']);
  });

  it('that changes again after it was resolved and restored raises a new alert', async () => {
    const { nodeId, sensorId } = await fresh();
    await one.report(sensorId, withFile('a'));
    const first = await onlyAlert(nodeId);
    await resolve(first.id, 'fixed');
    await one.report(sensorId, inventoryOf());
    expect((await one.historyOf(first.id)).map(({ action }) => action)).toEqual(['resolved', 'created']);
    await one.report(sensorId, withFile('a'));
    const alerts = await one.alertsOf(nodeId);
    expect(alerts.map(({ status }) => status)).toEqual(['open', 'resolved']);
  });

  it('that is accepted is the new baseline, and the old value is drift', async () => {
    const { nodeId, sensorId } = await fresh();
    await one.report(sensorId, withFile('a'));
    await resolve((await onlyAlert(nodeId)).id, 'accepted');
    expect(await two.report(sensorId, withFile('a'))).toEqual({ baseline: false, drift: 0, events: 0 });
    await one.report(sensorId, inventoryOf());
    const [alert] = await one.alertsOf(nodeId);
    expect(alert).toMatchObject({ status: 'open' });
    expect(alert?.evidence).toMatchObject({ expected: sha('a'), actual: sha('4') });
  });

  it('is accepted for every sensor of its node, and only what its alert speaks of', async () => {
    const { nodeId, sensorId } = await fresh();
    const body = { name: 'second', node_id: nodeId, version: '1' };
    const second = (await one.send<{ id: string }>('POST', '/api/v1/sensors', body, 'sensor')).body.id;
    await one.report(second, inventoryOf());
    const both = {
      ...withFile('a'),
      firmware: [{ path: '/lib/firmware/nvidia/gsp.bin', sha256: sha('b'), size_bytes: 9 }],
    };
    await one.report(sensorId, both);
    await one.report(second, both);
    const alerts = await one.alertsOf(nodeId);
    expect(alerts.map(({ occurrences }) => occurrences)).toEqual([2, 2]);
    await resolve(alerts.find(({ evidence }) => evidence['kind'] === 'file')?.id ?? '', 'accepted');
    for (const id of [sensorId, second]) {
      const state = await one.send<{ drift: { kind: string }[] }>('GET', `/api/v1/sensors/${id}/inventory`);
      expect(state.body.drift.map(({ kind }) => kind)).toEqual(['firmware']);
    }
  });
});

describe('races', () => {
  it('a first report that reaches two replicas at once makes one baseline', async () => {
    const { sensorId } = await one.makeSensor('race-first');
    const answers = await Promise.all([
      one.report(sensorId, inventoryOf()),
      two.report(sensorId, inventoryOf()),
    ]);
    expect(answers.filter(({ baseline }) => baseline)).toHaveLength(1);
    expect(answers.every(({ drift, events }) => drift === 0 && events === 0)).toBe(true);
  });

  it('accepting while the file goes on changing neither deadlocks nor loses a change', async () => {
    const { nodeId, sensorId } = await fresh();
    for (const letter of ['a', 'b', 'c', 'd', 'e', 'f']) {
      await one.report(sensorId, withFile(letter));
      const open = (await one.alertsOf(nodeId)).filter(({ status }) => status === 'open');
      expect(open).toHaveLength(1);
      const [answer] = await Promise.all([
        one.send('POST', `/api/v1/alerts/${open[0]?.id ?? ''}/resolve`, { resolution: 'accepted' }),
        two.report(sensorId, letter < 'd' ? inventoryOf() : withFile('0')),
      ]);
      expect(answer.status).toBe(200);
      const state = await one.send<{ drift: unknown[] }>('GET', `/api/v1/sensors/${sensorId}/inventory`);
      const stillOpen = (await one.alertsOf(nodeId)).filter(({ status }) => status === 'open');
      // Either order is right: what drifts has an open alert, and what does not has none.
      expect(stillOpen).toHaveLength(state.body.drift.length);
      await one.send('POST', `/api/v1/sensors/${sensorId}/baseline`);
      for (const { id } of stillOpen) await resolve(id, 'fixed');
    }
  });

  it('accepting takes its locks in the order of a report: inventory first, then alert', async () => {
    const { nodeId, sensorId } = await fresh();
    await one.report(sensorId, withFile('a'));
    const { id, fingerprint, title, source } = await onlyAlert(nodeId);
    let accepting: Promise<{ status: number }> | undefined;
    // What a report does, slowed down: it holds the inventory, and raises the alert that is being resolved.
    await otherPool.transaction(async (tx) => {
      await lockHead(tx, sensorId);
      accepting = one.send('POST', `/api/v1/alerts/${id}/resolve`, { resolution: 'accepted' });
      await vi.waitFor(async () => {
        const { rows } = await tx.query(
          'SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()',
        );
        expect(rows).toHaveLength(1);
      });
      const given = { title, source, fingerprint, description: '', severity: 'high' as const, evidence: {} };
      expect(await two.alerts.raise(tx, { ...given, nodeId })).toEqual({
        alertId: id,
        created: false,
        muted: false,
      });
    });
    expect((await accepting)?.status).toBe(200);
  });
});

describe('a kernel update', () => {
  const updated = (names: readonly string[]) =>
    inventoryOf(
      {
        modules: names.map((name) =>
          moduleOf(name, sha('9'), name === 'nvidia' ? { taint: 'POE' } : {}, '6.2.0-1'),
        ),
      },
      { kernel_release: '6.2.0-1', boot_id: 'boot-2' },
    );

  it('is one medium event and one alert, however many modules come with it', async () => {
    const { nodeId, sensorId } = await fresh();
    const answer = await one.report(sensorId, updated(['ext4', 'nvidia', 'xfs']));
    expect(answer).toEqual({ baseline: false, drift: 4, events: 1 });
    const alert = await onlyAlert(nodeId);
    expect(alert).toMatchObject({ severity: 'medium', evidence: { modules: { total: 3 } } });
    await resolve(alert.id, 'accepted');
    expect(await one.report(sensorId, updated(['ext4', 'nvidia', 'xfs']))).toMatchObject({
      drift: 0,
      events: 0,
    });
  });

  it('explains a module that is loaded some time after it, which its acceptance then covers', async () => {
    const { nodeId, sensorId } = await fresh();
    await one.report(sensorId, updated(['ext4']));
    await one.report(sensorId, updated(['ext4', 'nvidia']));
    const alert = await onlyAlert(nodeId);
    await resolve(alert.id, 'accepted');
    const state = await one.send<{ drift: unknown[] }>('GET', `/api/v1/sensors/${sensorId}/inventory`);
    expect(state.body.drift).toEqual([]);
  });
});

describe('a baseline', () => {
  it('is set as a whole by those who hold sensors:write, never by the sensor itself', async () => {
    const { nodeId, sensorId } = await fresh();
    await one.report(sensorId, withFile('a'));
    const url = `/api/v1/sensors/${sensorId}/baseline`;
    expect((await one.send('POST', url, undefined, 'sensor')).status).toBe(403);
    const answer = await one.send<{ drift: unknown[] }>('POST', url);
    expect(answer).toMatchObject({ status: 200, body: { drift: [] } });
    expect(await one.report(sensorId, withFile('a'))).toMatchObject({ drift: 0, events: 0 });
    const alert = await onlyAlert(nodeId);
    expect((await one.historyOf(alert.id))[0]).toMatchObject({ action: 'noted' });
  });
});

describe('a sensor that is deleted and registered anew', () => {
  it('goes on with the baseline that was, so that a node cannot bless itself', async () => {
    const { nodeId, sensorId } = await fresh();
    const gone = await one.send('DELETE', `/api/v1/sensors/${sensorId}`, undefined, 'sensor');
    expect(gone.status).toBe(204);
    const body = { name: 'anew', node_id: nodeId, version: '1' };
    const anew = (await one.send<{ id: string }>('POST', '/api/v1/sensors', body, 'sensor')).body.id;
    expect(await one.report(anew, withFile('a'))).toEqual({ baseline: false, drift: 1, events: 1 });
    expect(await onlyAlert(nodeId)).toMatchObject({ severity: 'high', sensor_id: anew });
  });

  it('beside a sensor that is still there has a baseline of its own', async () => {
    const { nodeId } = await fresh();
    const body = { name: 'beside', node_id: nodeId, version: '1' };
    const beside = (await one.send<{ id: string }>('POST', '/api/v1/sensors', body, 'sensor')).body.id;
    expect(await one.report(beside, withFile('a'))).toEqual({ baseline: true, drift: 0, events: 0 });
  });
});

describe('inventories of others', () => {
  it('cannot be written or read with the credential of another sensor, and nothing is stored', async () => {
    const { sensorId } = await fresh();
    const url = `/api/v1/sensors/${sensorId}/inventory`;
    expect((await one.send('PUT', url, withFile('a'), 'stranger')).status).toBe(403);
    expect((await one.send('GET', url, undefined, 'stranger')).status).toBe(403);
    expect((await one.send('GET', url)).body).toMatchObject({ drift: [] });
  });

  it('that were never reported are 404', async () => {
    const { sensorId } = await one.makeSensor('never');
    expect((await one.send('GET', `/api/v1/sensors/${sensorId}/inventory`)).status).toBe(404);
    expect((await one.send('POST', `/api/v1/sensors/${sensorId}/baseline`)).status).toBe(404);
  });
});

describe('hostile text', () => {
  it('that PostgreSQL cannot hold as jsonb is kept as it came', async () => {
    const { sensorId } = await fresh();
    const drivers = { '\ud800': 'y \udc00', "'; DROP TABLE nodes": 'z' };
    const url = `/api/v1/sensors/${sensorId}/inventory`;
    expect(await one.send('PUT', url, inventoryOf({ drivers }), 'sensor')).toMatchObject({ status: 200 });
    const state = await one.send<{ inventory: { drivers: object } }>('GET', url);
    expect(state.body.inventory.drivers).toEqual(drivers);
  });

  it.each([{ 'a\u0000b': 'x' }, { ['k'.repeat(65)]: 'x' }, { a: 'x\u0000' }])(
    'out of bounds in the names of drivers is refused and nothing is stored: %j',
    async (drivers) => {
      const { sensorId } = await fresh();
      const url = `/api/v1/sensors/${sensorId}/inventory`;
      expect(await one.send('PUT', url, inventoryOf({ drivers }), 'sensor')).toMatchObject({ status: 422 });
      expect((await one.send('GET', url)).body).toMatchObject({
        inventory: { drivers: { nvidia: '570.1' } },
      });
    },
  );
});
