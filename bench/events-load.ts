/*
 * The load generator of the bench `events`, in a process of its own: agents that sign batches of fresh syscall events and
 * send each as soon as the last was answered. Reads one JSON `EventsPlan` from standard input, prints an `EventsResult`.
 */
import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';

export interface EventsPlan {
  readonly url: string;
  readonly agents: readonly { readonly id: string; readonly secret: string }[];
  readonly batch: number;
  readonly processes: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

export interface EventsResult {
  readonly acknowledgedEvents: number;
  readonly measuredEvents: number;
  readonly others: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const syscalls = [
  'read',
  'write',
  'openat',
  'close',
  'mmap',
  'futex',
  'epoll_wait',
  'recvfrom',
  'sendto',
  'fstat',
];

interface Template {
  readonly text: Buffer;
  readonly gaps: readonly number[];
}

/** Stands where the millisecond of the batch goes; the microseconds behind it are the event's own. */
const gap = 'YYYY-MM-DDTHH:MM:SS.mmm';

/** Bodies are made ahead with gaps for the time, so that every event is new and the generator costs little. */
const makeTemplate = (batch: number, processes: number, agent: number): Template => {
  const events = Array.from({ length: batch }, (_, index) => {
    const pid = 1000 + agent * 100 + (index % processes);
    // One in 250 is an exec that a rule asks for; one in 2,500 fires.
    const special = index % 250 === 0;
    const fires = special && (index / 250 + agent) % 10 === 0;
    return {
      pid,
      syscall: special ? 'execve' : syscalls[index % syscalls.length],
      timestamp: `${gap}${String(index % 1000).padStart(3, '0')}Z`,
      return_value: index,
      command: `worker-${String(pid)}`,
      ...(special ? { executable: fires ? '/dev/shm/x' : '/usr/bin/python3' } : {}),
    };
  });
  const text = Buffer.from(JSON.stringify({ events }));
  const gaps: number[] = [];
  for (let at = text.indexOf(gap); at >= 0; at = text.indexOf(gap, at + 1)) gaps.push(at);
  return { text, gaps };
};

const fill = ({ text, gaps }: Template, atMs: number): Buffer => {
  const prefix = Buffer.from(new Date(atMs).toISOString().slice(0, gap.length), 'latin1');
  for (const at of gaps) prefix.copy(text, at);
  return text;
};

const send = (agent: Agent, url: string, headers: Record<string, string>, body: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    const all = { ...headers, 'content-type': 'application/json', 'content-length': body.length };
    const sent = request(url, { method: 'POST', agent, headers: all }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const run = async (plan: EventsPlan): Promise<EventsResult> => {
  const http = new Agent({ keepAlive: true, maxSockets: plan.agents.length });
  const measureFromMs = performance.now() + plan.warmUpMs;
  const endMs = measureFromMs + plan.measureMs;
  const latencies: number[] = [];
  const others: Record<string, number> = {};
  let acknowledged = 0;
  const worker = async ({ id, secret }: EventsPlan['agents'][number], index: number): Promise<void> => {
    const template = makeTemplate(plan.batch, plan.processes, index);
    // No two batches of an agent in one millisecond.
    let atMs = Date.now();
    while (performance.now() < endMs) {
      atMs = Math.max(atMs + 1, Date.now());
      const body = fill(template, atMs);
      const signature = createHmac('sha256', secret).update(body).digest('base64');
      const sentMs = performance.now();
      const headers = { 'x-agent-id': id, 'x-agent-signature': signature };
      const status = await send(http, plan.url, headers, body).catch((error: unknown) => String(error));
      const doneMs = performance.now();
      if (status !== 200) {
        others[String(status)] = (others[String(status)] ?? 0) + 1;
        continue;
      }
      acknowledged += plan.batch;
      if (doneMs >= measureFromMs && doneMs <= endMs) latencies.push(doneMs - sentMs);
    }
  };
  await Promise.all(plan.agents.map(worker));
  http.destroy();
  latencies.sort((a, b) => a - b);
  return {
    acknowledgedEvents: acknowledged,
    measuredEvents: latencies.length * plan.batch,
    others,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  };
};

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
const plan = JSON.parse(Buffer.concat(chunks).toString('utf8')) as EventsPlan;
process.stdout.write(JSON.stringify(await run(plan)));
