import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { objectsAt, registerGpu, send } from '../support/client.ts';
import { oneServer } from '../support/one-server.ts';
import { beginSlowPost, sendRaw, statusIn } from '../support/slow-request.ts';

const running = oneServer();
const bulkPath = '/api/v1/telemetry/records/bulk';
const mebibyte = 1024 * 1024;
/** What the server may grow to under all of this; a body of 100 MB held once would already be half of it. */
const memoryLimitMib = 700;

/** The largest resident size that the process ever had. */
const peakMemoryMib = async (pid: number): Promise<number> =>
  Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1024;

const head = (lines: readonly string[]): string =>
  [
    `POST ${bulkPath} HTTP/1.1`,
    'Host: localhost',
    `Authorization: Bearer ${running.admin.token}`,
    'Content-Type: application/json',
    ...lines,
    '',
    '',
  ].join('\r\n');

/** Writes chunk after chunk until the server has had enough or all is sent; answers the status. */
const pour = async (lines: readonly string[], chunk: Buffer, chunks: number): Promise<number | undefined> => {
  const { socket, answer } = sendRaw(running.url, head(lines));
  const body = Readable.from(Array.from({ length: chunks }, () => chunk));
  // The server may end the connection meanwhile: what it answered before is what counts.
  await pipeline(body, socket, { end: false }).catch(() => undefined);
  return statusIn(await answer);
};

const post = async (body: string | Buffer): Promise<number | undefined> => {
  const bytes = Buffer.from(body);
  const framing = head([`Content-Length: ${String(bytes.length)}`, 'Connection: close']);
  return statusIn(await sendRaw(running.url, Buffer.concat([Buffer.from(framing), bytes])).answer);
};

const isHealthy = async (): Promise<boolean> => (await send(`${running.url}/health`, 'GET')).status === 200;

describe('hostile input', () => {
  it('floods of headers are refused with 431', async () => {
    const flood = Array.from({ length: 2_000 }, (_, n) => `X-Flood-${String(n)}: ${'x'.repeat(50)}`);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => sendRaw(running.url, head(['Content-Length: 0', ...flood])).answer),
    );
    expect(new Set(answers.map(statusIn))).toEqual(new Set([431]));
    expect(answers[0]).toContain('application/problem+json');
    expect(await isHealthy()).toBe(true);
  });

  it('bodies that never end delay nobody else', async () => {
    const gpuId = await registerGpu(running.admin);
    const body = {
      records: [{ gpu_id: gpuId, timestamp: new Date().toISOString(), metrics: { temperature: 1 } }],
    };
    const slow = Array.from({ length: 200 }, () =>
      beginSlowPost({ url: running.url, token: running.admin.token }, bulkPath, body),
    );
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => running.admin.send('POST', bulkPath, body)),
    );
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]));
    for (const request of slow) request.finish();
    expect(new Set(await Promise.all(slow.map((request) => request.status)))).toEqual(new Set([201]));
  });

  it('bodies of 100 MB are refused with 413, announced or not, and are not held in memory', async () => {
    const chunk = Buffer.alloc(mebibyte, ' ');
    const announced = Array.from({ length: 8 }, () =>
      pour([`Content-Length: ${String(100 * mebibyte)}`], chunk, 100),
    );
    const framed = Buffer.concat([Buffer.from(`${mebibyte.toString(16)}\r\n`), chunk, Buffer.from('\r\n')]);
    const unannounced = Array.from({ length: 8 }, () => pour(['Transfer-Encoding: chunked'], framed, 100));
    const statuses = await Promise.all([...announced, ...unannounced]);
    // A client that goes on writing may see the connection end before it reads why; it never sees success.
    expect(statuses.filter((status) => status !== undefined && ![413, 429].includes(status))).toEqual([]);
    expect(statuses).toContain(413);
    expect(await isHealthy()).toBe(true);
  });

  it.each([
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['JSON that nests a million deep', '['.repeat(1_000_000)],
    ['objects that nest ten thousand deep', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['half a document', '{"records": [{"gpu_id"'],
    ['NaN', '{"records": [{"metrics": {"temperature": NaN}}]}'],
    ['a polluted prototype', '{"records": [], "__proto__": {"admin": true}}'],
  ])('%s is refused with 400', async (_, body) => {
    expect(await post(body)).toBe(400);
  });

  it.each([
    [
      'an infinite metric',
      '{"gpu_id":"01990000-0000-7000-8000-000000000001","timestamp":"2026-01-01T00:00:00Z","metrics":{"temperature":1e999}}',
    ],
    [
      'a metric without end',
      `{"gpu_id":"01990000-0000-7000-8000-000000000001","timestamp":"2026-01-01T00:00:00Z","metrics":{"temperature":${'9'.repeat(400)}}}`,
    ],
    [
      'a time that is none',
      '{"gpu_id":"01990000-0000-7000-8000-000000000001","timestamp":"2026-02-30T25:00:00Z","metrics":{"temperature":1}}',
    ],
    [
      'a GPU that nobody registered',
      '{"gpu_id":"01990000-0000-7000-8000-000000000001","timestamp":"2026-01-01T00:00:00Z","metrics":{"temperature":1}}',
    ],
  ])('%s is refused with 422', async (_, record) => {
    expect(await post(`{"records":[${record}]}`)).toBe(422);
  });

  it('broken framing, pipelined rubbish and connections that say nothing do no harm', async () => {
    const silent = Array.from({ length: 300 }, () => sendRaw(running.url, '').socket);
    const broken = [
      'GET / HTTP/9.9\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01',
      `POST ${bulkPath} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ];
    const answers = await Promise.all(broken.map((text) => sendRaw(running.url, text).answer));
    expect(answers.map(statusIn)).toEqual([400, 400, 400]);
    expect(await isHealthy()).toBe(true);
    for (const socket of silent) socket.destroy();
  });

  it('leaves the server working, with nothing stored by half and its memory bounded', async () => {
    const events = await running.admin.send('GET', '/api/v1/nodes?limit=500');
    expect(events.status).toBe(200);
    expect(objectsAt(events.json(), 'data')).toHaveLength(1);
    expect(await peakMemoryMib(running.server.pid)).toBeLessThan(memoryLimitMib);
  });
});
