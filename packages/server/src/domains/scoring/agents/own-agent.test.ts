import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../../app.ts';
import { testDatabase } from '../../../testing/index.ts';
import { reportSigned, seedUser, signIn, stopApp, testApp } from '../../../testing/app-harness.ts';

const database = testDatabase();
let app: App;
/** Tokens of two sensors' keys and of an operator. */
let mine = '';
let others = '';
let operator = '';

const call = (token: string, method: 'POST' | 'PATCH' | 'DELETE' | 'GET', url: string, payload?: object) =>
  app.http.app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${token}` },
    ...(payload === undefined ? {} : { payload }),
  });
const idOf = (answer: { readonly body: string }): string =>
  (JSON.parse(answer.body) as { readonly id: string }).id;
/** A sensor on a node of its own, registered with this token. */
const sensorOf = async (token: string, name: string): Promise<{ nodeId: string; sensorId: string }> => {
  const node = await call(token, 'POST', '/api/v1/nodes', { name, cluster_id: 'c' });
  const body = { name, node_id: idOf(node), sensor_type: 'gpu', version: '1' };
  const sensor = await call(token, 'POST', '/api/v1/sensors', body);
  expect(sensor.statusCode, sensor.body).toBeLessThan(300);
  return { nodeId: idOf(node), sensorId: idOf(sensor) };
};
const registration = ({ nodeId, sensorId }: { nodeId: string; sensorId: string }) => ({
  agent_id: `node.${sensorId.slice(-8)}`,
  node_id: nodeId,
  sensor_id: sensorId,
});

beforeAll(async () => {
  app = await testApp({ db: database.db });
  const tokenOf = async (role: 'sensor' | 'operator') =>
    signIn(app, (await seedUser(database.db, app, [role])).username);
  mine = await tokenOf('sensor');
  others = await tokenOf('sensor');
  operator = await tokenOf('operator');
});
afterAll(() => stopApp(app));

describe("a sensor's key", () => {
  it('registers the agent that the sensor is, which then signs events', async () => {
    const body = registration(await sensorOf(mine, 'node-a'));
    const made = await call(mine, 'POST', '/api/v1/agents', body);
    expect(made.statusCode, made.body).toBe(201);
    const { secret } = made.json<{ secret: string }>();
    const sent = await reportSigned(app, { agent: body.agent_id, secret: secret }, [
      { pid: 1, syscall: 'execve', timestamp: new Date().toISOString() },
    ]);
    expect(sent.json()).toMatchObject({ accepted: 1, errors: 0 });
  });

  it('gives its agent another secret, and no one else’s', async () => {
    const own = registration(await sensorOf(mine, 'node-b'));
    await call(mine, 'POST', '/api/v1/agents', own);
    const rotate = (token: string) => call(token, 'POST', `/api/v1/agents/${own.agent_id}/rotate-secret`, {});
    expect((await rotate(mine)).statusCode).toBe(200);
    const refused = await rotate(others);
    expect(refused.statusCode).toBe(403);
    expect(refused.json()).toMatchObject({ code: 'not_owner' });
    expect((await rotate(operator)).statusCode).toBe(200);
  });

  it.each([
    ['without a sensor', { sensor_id: undefined }],
    ['of a sensor that is none', { sensor_id: '01a21367-092d-7443-8fb3-000000000000' }],
    ['under the name of another agent', { agent_id: 'agent-1' }],
    ['under a name that the server would choose', { agent_id: undefined }],
    ['with webhooks', { webhook_urls: ['https://hooks.example.com/x'] }],
    ['for another tool', { format: 'falco' }],
  ])('registers no agent %s', async (_, change) => {
    const body = { ...registration(await sensorOf(mine, 'node-c')), ...change };
    const answer = await call(mine, 'POST', '/api/v1/agents', body);
    expect(answer.statusCode, answer.body).toBe(403);
    expect(answer.json()).toMatchObject({ code: 'not_owner' });
  });

  it('registers no agent of somebody else’s sensor', async () => {
    const answer = await call(others, 'POST', '/api/v1/agents', registration(await sensorOf(mine, 'node-d')));
    expect(answer.json()).toMatchObject({ status: 403, code: 'not_owner' });
  });

  it('neither changes, revokes nor reads agents, its own included', async () => {
    const own = registration(await sensorOf(mine, 'node-e'));
    await call(mine, 'POST', '/api/v1/agents', own);
    const path = `/api/v1/agents/${own.agent_id}`;
    for (const answer of [
      await call(mine, 'PATCH', path, { name: 'x' }),
      await call(mine, 'DELETE', path),
      await call(mine, 'GET', path),
      await call(mine, 'GET', '/api/v1/agents'),
    ])
      expect(answer.json()).toMatchObject({ status: 403, code: 'insufficient_scope' });
  });
});
