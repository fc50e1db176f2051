import { randomUUIDv7 } from 'node:crypto';
import { pino } from 'pino';
import type {
  Alert,
  AlertHistoryEntry,
  Inventory,
  InventoryAnswer,
  SecurityEvent,
} from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database/types.ts';
import type { HttpServer } from '../../../platform/http/server.ts';
import { httpHarness, principalWith, recordedAudit, testCursors } from '../../../testing/index.ts';
import { createAlertsDomain, type AlertsPort } from '../../alerts/index.ts';
import { createFleetDomain } from '../../fleet/index.ts';
import { createEvidenceDomain } from '../index.ts';

/** A digest that is easy to tell from others. */
export const sha = (letter: string): string => letter.repeat(64);

/** A small host: two modules, one firmware file, one watched file. */
export const inventoryOf = (
  changes: Partial<Inventory> = {},
  host: Partial<Inventory['host']> = {},
): Inventory => ({
  collected_at: '2026-05-01T10:00:00.000Z',
  host: {
    hostname: 'node-1',
    machine_id: 'm',
    boot_id: 'boot-1',
    operating_system: 'Debian 13',
    architecture: 'x64',
    kernel_release: '6.1.0-1',
    kernel_version: '#1 SMP',
    cpu_model: null,
    cpu_count: 2,
    memory_bytes: 1024,
    virtualization: null,
    ...host,
  },
  taint: { value: 0, flags: [] },
  modules: [moduleOf('ext4', sha('1')), moduleOf('nvidia', sha('2'), { taint: 'POE' })],
  firmware: [{ path: '/lib/firmware/nvidia/gsp.bin', sha256: sha('3'), size_bytes: 9 }],
  files: [{ path: '/etc/ld.so.conf', sha256: sha('4'), size_bytes: 9 }],
  drivers: { nvidia: '570.1' },
  toolkits: {},
  blind: [],
  ...changes,
});

export const moduleOf = (
  name: string,
  sha256: string | null,
  changes: Partial<Inventory['modules'][number]> = {},
  release = '6.1.0-1',
): Inventory['modules'][number] => ({
  name,
  path: `/lib/modules/${release}/kernel/${name}.ko`,
  sha256,
  size_bytes: 9,
  ...changes,
});

/** The inventory with another digest for its watched file. */
export const withFile = (letter: string): Inventory =>
  inventoryOf({ files: [{ path: '/etc/ld.so.conf', sha256: sha(letter), size_bytes: 9 }] });

const all = [
  'nodes:write',
  'sensors:write',
  'sensors:read',
  'events:write',
  'events:read',
  'alerts:read',
  'alerts:write',
] as const;
const own = ['nodes:write:own', 'sensors:write:own', 'sensors:read:own', 'events:write:own'] as const;
const principals = {
  admin: principalWith('admin', all),
  sensor: principalWith('sensor', own),
  stranger: principalWith('stranger', own),
  viewer: principalWith('viewer', ['alerts:read', 'events:read', 'sensors:read']),
};

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** One replica of the domains under test, behind the real pipeline; several may share a database. */
export interface Replica {
  readonly server: HttpServer;
  readonly alerts: AlertsPort;
  send<T>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: unknown,
    who?: string,
    headers?: Record<string, string>,
  ): Promise<Answer<T>>;
  /** Registers a node with a sensor in the name of the principal `sensor`. */
  makeSensor(name: string): Promise<{ readonly nodeId: string; readonly sensorId: string }>;
  report(sensorId: string, inventory: Inventory): Promise<InventoryAnswer>;
  alertsOf(nodeId: string): Promise<readonly Alert[]>;
  eventsOf(nodeId: string): Promise<readonly SecurityEvent[]>;
  historyOf(alertId: string): Promise<readonly AlertHistoryEntry[]>;
}

export const createReplica = async (db: Database, clock: Clock): Promise<Replica> => {
  const cursors = testCursors();
  const newId = () => randomUUIDv7();
  const log = pino({ level: 'silent' });
  const fleet = createFleetDomain({ db, newId, cursors });
  const userExists = (_db: unknown, name: string): Promise<boolean> => Promise.resolve(name === 'ada');
  const alerts = createAlertsDomain({ db, clock, newId, cursors, userExists, fleet: fleet.port });
  const given = { db, clock, newId, cursors, log, fleet: fleet.port, alerts: alerts.port, retentionDays: 30 };
  const evidence = createEvidenceDomain(given);
  const routes = [...fleet.routes, ...alerts.routes, ...evidence.routes];
  const server = await httpHarness({ db, routes, principals, audit: recordedAudit(), clock });

  const send: Replica['send'] = async <T>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    url: string,
    body?: unknown,
    who = 'admin',
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> => {
    const payload = body === undefined ? {} : { payload: body as object };
    const answer = await server.app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${who}`, ...headers },
      ...payload,
    });
    // An answer without a body is read as null.
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: JSON.parse(answer.body || 'null') as T,
    };
  };
  const list = async <T>(url: string): Promise<readonly T[]> =>
    (await send<{ data: readonly T[] }>('GET', url)).body.data;
  return {
    server,
    alerts: alerts.port,
    send,
    makeSensor: async (name) => {
      const node = await send<{ id: string }>('POST', '/api/v1/nodes', { name }, 'sensor');
      const body = { name: `s-${name}`, node_id: node.body.id, version: '1' };
      const sensor = await send<{ id: string }>('POST', '/api/v1/sensors', body, 'sensor');
      return { nodeId: node.body.id, sensorId: sensor.body.id };
    },
    report: async (sensorId, inventory) => {
      const answer = await send<InventoryAnswer>(
        'PUT',
        `/api/v1/sensors/${sensorId}/inventory`,
        inventory,
        'sensor',
      );
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      return answer.body;
    },
    alertsOf: (nodeId) => list(`/api/v1/alerts?node_id=${nodeId}&limit=500`),
    eventsOf: (nodeId) => list(`/api/v1/security-events?node_id=${nodeId}&limit=500`),
    historyOf: (alertId) => list(`/api/v1/alerts/${alertId}/history`),
  };
};
