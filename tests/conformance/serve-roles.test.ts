import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../packages/server/src/testing/index.ts';
import { logIn, send, textAt } from '../support/client.ts';
import {
  makeDataDir,
  removeDataDir,
  runCommand,
  startServer,
  type RunningServer,
} from '../support/gpushield-server.ts';
import { until } from '../support/ingest-load.ts';

const database = testDatabase();
const received: string[] = [];
let receiver: Server;
let dataDir = '';
const running: RunningServer[] = [];

beforeAll(async () => {
  dataDir = await makeDataDir();
  receiver = createServer((request, response) => {
    received.push(String(request.headers['webhook-id']));
    response.end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const server of running) await server.stop();
  receiver.close();
  await removeDataDir(dataDir);
});

const port = (): string => String((receiver.address() as AddressInfo).port);

const start = async (role: 'api' | 'worker'): Promise<RunningServer> => {
  const env = {
    DATABASE_URL: database.connectionString,
    SECRET_KEY: 'a secret of the replicas of this test, shared by all',
    GPUSHIELD_WEBHOOK_ALLOW_PRIVATE: '127.0.0.1',
    GPUSHIELD_WEBHOOK_ALLOW_HTTP: 'true',
    GPUSHIELD_WEBHOOK_PORTS: port(),
  };
  const server = await startServer(dataDir, env, ['--roles', role]);
  running.push(server);
  return server;
};

describe('serve --roles', () => {
  it('api answers clients and leaves the work to worker, which serves its health and nothing else', async () => {
    const api = await start('api');
    const admin = await logIn(api.url);
    const url = `http://127.0.0.1:${port()}/`;
    const made = await admin.send('POST', '/api/v1/webhooks', { url, event_types: [] });
    expect(made.status, made.text).toBe(201);
    const test = await admin.send('POST', `/api/v1/webhooks/${textAt(made.json(), 'id')}/test`);
    expect(test.status, test.text).toBe(202);
    const queues = await admin.send('GET', '/api/v1/queues');
    expect(queues.json()['data']).toContainEqual(expect.objectContaining({ name: 'webhooks', messages: 1 }));

    const worker = await start('worker');
    await until('the delivery', () => received.length === 1, 30_000);
    expect((await send(`${worker.url}/health`, 'GET')).status).toBe(200);
    const headers = { authorization: `Bearer ${admin.token}` };
    expect((await send(`${worker.url}/metrics`, 'GET', undefined, headers)).status).toBe(200);
    for (const path of ['/api/v1/nodes', '/auth/login', '/api/v1/webhooks']) {
      expect([path, (await send(`${worker.url}${path}`, 'GET', undefined, headers)).status]).toEqual([
        path,
        404,
      ]);
    }
  });

  it.each([
    ['api', 'GPUSHIELD_ROLES is api alone, while DATABASE_URL is unset'],
    ['wizard', 'GPUSHIELD_ROLES must be one or more of api, worker'],
  ])('%s without a shared PostgreSQL, or unknown, is refused with the way out', async (roles, words) => {
    const { code, stderr } = await runCommand(dataDir, ['serve', '--roles', roles]);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });

  it('refuses options that nobody knows instead of starting without them', async () => {
    const { code, stderr } = await runCommand(dataDir, ['serve', '--role', 'api']);
    expect(stderr).toContain('--role');
    expect(code).toBe(2);
  });
});
