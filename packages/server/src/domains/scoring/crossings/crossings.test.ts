import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../../app.ts';
import { testDatabase } from '../../../testing/index.ts';
import { reportSigned, seedUser, signIn, stopApp, testApp } from '../../../testing/app-harness.ts';

const database = testDatabase();
const received: { readonly endpoint: string; readonly body: Record<string, unknown> }[] = [];
let app: App;
let receiver: Server;
let port = 0;
let token = '';

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    request.on('end', () => {
      received.push({ endpoint: request.url ?? '', body: JSON.parse(text) as Record<string, unknown> });
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  port = (receiver.address() as AddressInfo).port;
  app = await testApp({
    db: database.db,
    env: {
      GPUSHIELD_WEBHOOK_ALLOW_HTTP: 'true',
      GPUSHIELD_WEBHOOK_ALLOW_PRIVATE: '["127.0.0.1"]',
      GPUSHIELD_WEBHOOK_PORTS: String(port),
    },
  });
  token = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
});
afterAll(async () => {
  await stopApp(app);
  receiver.close();
});

const call = async (method: 'POST' | 'PUT', url: string, payload: object) => {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await app.http.app.inject({ method, url, headers, payload });
  expect(answer.statusCode, answer.body).toBeLessThan(300);
  return answer.json<Record<string, unknown>>();
};
const register = async (id: string) => {
  const webhook = `http://127.0.0.1:${String(port)}/${id}`;
  const made = await call('POST', '/api/v1/agents', { agent_id: id, webhook_urls: [webhook] });
  const [endpoint] = made['webhooks'] as readonly { readonly endpoint_id: string }[];
  return { id, secret: String(made['secret']), endpointId: endpoint?.endpoint_id ?? '' };
};
const report = async ({ id, secret }: { readonly id: string; readonly secret: string }, pid: number) => {
  const event = { pid, syscall: 'execve', timestamp: new Date().toISOString(), executable: '/memfd:x' };
  const answer = await reportSigned(app, { agent: id, secret: secret }, [event]);
  expect(answer.json(), answer.body).toMatchObject({ accepted: 1 });
};
const toldOf = (endpoint: string) =>
  received.filter((each) => each.endpoint === `/${endpoint}`).map(({ body }) => body);

describe('the webhooks of an agent', () => {
  it('tell that a risk of its own processes went over their threshold, and that it fell below, in this order', async () => {
    const [one, other] = [await register('one'), await register('other')];
    await call('PUT', `/api/v1/webhooks/${other.endpointId}/risk-threshold`, {
      threshold: 99,
      agent_id: 'other',
    });
    await report(one, 7);
    await report(other, 8);
    await expect
      .poll(() => toldOf('one'), { timeout: 20_000 })
      .toMatchObject([
        {
          ...{ event_type: 'risk_threshold_crossed', direction: 'up', threshold: 50, process_id: 'one:7' },
          ...{ agent_id: 'one', pid: 7, risk_score: expect.any(Number), timestamp: expect.any(String) },
        },
      ]);
    // Ten hours later nobody sent anything: the risk fell by itself.
    await database.db.query(
      `UPDATE processes SET falls_at = now() - interval '1 minute',
         score_state = regexp_replace(score_state::text, '"atMs":\\d+', '"atMs":' ||
           (extract(epoch FROM now() - interval '10 hours') * 1000)::bigint, 'g')::json`,
    );
    await expect
      .poll(() => toldOf('one').map(({ direction }) => direction), { timeout: 20_000 })
      .toEqual(['up', 'down']);
    expect(Number(toldOf('one')[1]?.['risk_score'])).toBeLessThan(45);
    // 90 is not 99, and processes of another agent are not its own.
    expect(toldOf('other')).toEqual([]);
  });

  it('and the agent have secrets that no table holds in the clear', async () => {
    const { secret } = await register('sealed');
    const { rows } = await database.db.query<{ text: string }>(
      `SELECT string_agg(t::text, '') AS text FROM agents t`,
    );
    expect(rows[0]?.text).toContain('sealed');
    expect(rows[0]?.text).not.toContain(secret);
    expect(rows[0]?.text).not.toContain(Buffer.from(secret, 'utf8').toString('hex'));
  });
});
