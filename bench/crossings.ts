/*
 * From an event sent to its webhook received, at 1,000 events a second of which some cross the threshold.
 * `node bench/crossings.ts [--seconds 20]`. The receiver is in this process; server and PostgreSQL share the machine.
 * Target: p99 below 250 ms.
 */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { makeDataDir, registerFleet, removeDataDir, startServer } from './ingest-support.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' } } });
const seconds = Number(values.seconds);
const batchesPerSecond = 20;
const eventsPerBatch = 50;
const warmUpBatches = 40;
const targetP99Ms = 250;
const patienceMs = 20_000;

const receivedAt = new Map<number, number>();
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { pid } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { pid: number };
    if (!receivedAt.has(pid)) receivedAt.set(pid, performance.now());
    response.writeHead(204).end();
  });
}).listen(0, '127.0.0.1');
await once(receiver, 'listening');
const address = receiver.address();
if (address === null || typeof address === 'string') throw new Error('no port is free');
process.env['GPUSHIELD_WEBHOOK_ALLOW_HTTP'] = 'true';
process.env['GPUSHIELD_WEBHOOK_ALLOW_PRIVATE'] = '["127.0.0.1"]';
process.env['GPUSHIELD_WEBHOOK_PORTS'] = String(address.port);

/** One of a batch crosses: a program run from memory; the others are everyday calls of a hundred processes. */
const batchOf = (number: number): string => {
  const timestamp = new Date().toISOString();
  const events = Array.from({ length: eventsPerBatch }, (_, index) =>
    index === 0
      ? { pid: 100_000 + number, syscall: 'execve', executable: '/memfd:x (deleted)', timestamp }
      : {
          pid: 1 + ((number * eventsPerBatch + index) % 100),
          syscall: 'openat',
          return_value: number * 100 + index,
          timestamp,
        },
  );
  return JSON.stringify({ events });
};

const machine = describeMachine();
const dataDir = await makeDataDir();
try {
  const server = await startServer(dataDir);
  try {
    const { headers } = await registerFleet(server.url, 1);
    const registered = await fetch(`${server.url}/api/v1/agents`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({
        agent_id: 'bench',
        webhook_urls: [`http://127.0.0.1:${String(address.port)}/`],
      }),
    });
    const { secret } = (await registered.json()) as { secret: string };
    const sentAt = new Map<number, number>();
    const batches = seconds * batchesPerSecond + warmUpBatches;
    const startMs = performance.now();
    const answers: Promise<void>[] = [];
    for (let number = 0; number < batches; number += 1) {
      await sleep(Math.max(0, startMs + (number * 1000) / batchesPerSecond - performance.now()));
      const body = batchOf(number);
      sentAt.set(100_000 + number, performance.now());
      answers.push(
        fetch(`${server.url}/api/v1/events`, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            'x-agent-id': 'bench',
            'x-agent-signature': createHmac('sha256', secret).update(body).digest('base64'),
          },
          body,
        }).then(async (answer) => {
          if (answer.status !== 200)
            throw new Error(`answered ${String(answer.status)}: ${await answer.text()}`);
          await answer.arrayBuffer();
        }),
      );
    }
    await Promise.all(answers);
    const deadlineMs = performance.now() + patienceMs;
    while (receivedAt.size < batches && performance.now() < deadlineMs) await sleep(20);
    const tookMs = [...sentAt]
      .slice(warmUpBatches)
      .map(([pid, sentMs]) => (receivedAt.get(pid) ?? Infinity) - sentMs)
      .sort((a, b) => a - b);
    const at = (share: number): number =>
      tookMs[Math.min(tookMs.length - 1, Math.floor(tookMs.length * share))] ?? 0;
    const p99 = at(0.99);
    report({
      bench: 'crossings',
      machine,
      figures: [
        {
          name: 'Event sent to webhook received, p99',
          target: `< ${String(targetP99Ms)} ms`,
          measured: ms(p99),
          met: p99 < targetP99Ms,
        },
      ],
      tables: [
        {
          title: `${whole(batchesPerSecond * eventsPerBatch)} events/s, ${whole(batchesPerSecond)} crossings/s, ${String(seconds)} s`,
          columns: ['', 'p50', 'p99', 'longest'],
          rows: [['event sent → webhook received', ms(at(0.5)), ms(p99), ms(at(1))]],
        },
      ],
      notes: [`Crossings sent: ${whole(batches)}; webhooks received: ${whole(receivedAt.size)}.`],
    });
  } finally {
    await server.stop();
  }
} finally {
  receiver.closeAllConnections();
  receiver.close();
  await removeDataDir(dataDir);
}
