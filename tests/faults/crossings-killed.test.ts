import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logIn, objectAt, objectsAt, textAt } from '../support/client.ts';
import { makeDataDir, removeDataDir, startServer, type RunningServer } from '../support/gpushield-server.ts';
import { until } from '../support/ingest-load.ts';
import { sendEvents } from '../support/signed-agent.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const processes = 240;
const perBatch = 4;
/** What the dead server had under way is claimed for a minute; then others send it. */
const claimMs = 150_000;

describe('kill -9 of the server while risks cross a threshold', () => {
  let dataDir = '';
  let server: RunningServer | undefined;
  let receiver: WebhookReceiver | undefined;
  const start = async (): Promise<RunningServer> => {
    server = await startServer(dataDir, {
      GPUSHIELD_WEBHOOK_ALLOW_HTTP: 'true',
      GPUSHIELD_WEBHOOK_ALLOW_PRIVATE: '["127.0.0.1"]',
      GPUSHIELD_WEBHOOK_PORTS: String(receiver?.port),
    });
    return server;
  };
  beforeAll(async () => {
    dataDir = await makeDataDir();
    receiver = await startWebhookReceiver();
    await start();
  });
  afterAll(async () => {
    await server?.stop();
    await receiver?.close();
    await removeDataDir(dataDir);
  });

  it('tells a receiver that verifies with standardwebhooks of each crossing once, and of no other', async () => {
    if (server === undefined || receiver === undefined) throw new Error('no server');
    const { received } = receiver;
    let { url } = server;
    const registration = await (
      await logIn(url)
    ).send('POST', '/api/v1/agents', { agent_id: 'node-1', webhook_urls: [receiver.url] });
    expect(registration.status, registration.text).toBe(201);
    const agent = { id: 'node-1', secret: textAt(registration.json(), 'secret') };
    const [webhook] = objectsAt(registration.json(), 'webhooks');
    const endpointId = textAt(webhook ?? {}, 'endpoint_id');
    const verifier = new Webhook(textAt(objectAt(registration.json(), 'webhook_secrets'), endpointId));
    const at = new Date().toISOString();
    const batches = Array.from({ length: processes / perBatch }, (_, batch) =>
      Array.from({ length: perBatch }, (__, index) => ({
        pid: 100 + batch * perBatch + index,
        syscall: 'execve',
        executable: '/memfd:x (deleted)',
        timestamp: at,
      })),
    );
    let acknowledged = 0;
    const sending = Promise.allSettled(
      batches.map(async (events) => {
        const answer = await sendEvents(url, agent, events);
        if (answer.status === 200) acknowledged += 1;
      }),
    );
    await until('some batches are acknowledged', () => acknowledged >= 3);
    server.kill('SIGKILL');
    await server.exited;
    await sending;
    ({ url } = await start());
    // An agent that got no answer sends again; what counted before is a duplicate.
    for (const events of batches) expect((await sendEvents(url, agent, events)).status).toBe(200);

    const told = new Map<string, Set<string>>();
    const processOf = (body: string): string =>
      textAt(JSON.parse(body) as Record<string, unknown>, 'process_id');
    await until(
      'every process was told of',
      () => new Set(received.map(({ body }) => processOf(body))).size === processes,
      claimMs,
    );
    for (const { headers, body } of received) {
      expect(verifier.verify(body, { ...headers })).toMatchObject({
        event_type: 'risk_threshold_crossed',
        threshold: 50,
        direction: 'up',
      });
      const ids = told.get(processOf(body)) ?? new Set<string>();
      told.set(processOf(body), ids.add(headers['webhook-id'] ?? ''));
    }
    // What was under way when the server died is sent again under its own id: one crossing, one id.
    expect([...told.values()].filter((ids) => ids.size !== 1)).toEqual([]);
    expect(told.size).toBe(processes);
  }, 240_000);
});
