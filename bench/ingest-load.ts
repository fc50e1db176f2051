/*
 * The load generator of the ingest benches, in a process of its own so that it takes no time of the server's event
 * loop. Reads one JSON `LoadPlan` from standard input, prints one JSON `LoadResult`.
 */
import { Agent, request } from 'node:http';

export interface LoadPlan {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
  /**
   * Bodies sent in turn; `NOW` in them becomes the time of the start. Times of 1970 move on with each request, so that
   * every record is newer than its GPU's last one: see `advanceMs`.
   */
  readonly bodies: readonly string[];
  /** How much time a request covers. The first begins so far back that the last does not reach the present. */
  readonly advanceMs?: number;
  readonly expectedStatus: number;
}

export interface LoadResult {
  /** Requests answered as expected, warm-up included: all of these must be durable. */
  readonly acknowledged: number;
  /** The same, without the warm-up. */
  readonly measured: number;
  readonly measuredMs: number;
  readonly others: Readonly<Record<string, number>>;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const historyMs = 20 * 3_600_000;
const movingTime = /1970-01-01T\d\d:\d\d:\d\d\.\d{3}Z/g;

/** A body whose times move on: where they stand, and how far behind the body's first one. */
interface Moving {
  readonly bytes: Buffer;
  readonly places: readonly { readonly at: number; readonly offsetMs: number }[];
}

const movingOf = (body: string): Moving => ({
  bytes: Buffer.from(body),
  places: Array.from(body.matchAll(movingTime), ({ 0: time, index: at }) => ({
    at,
    offsetMs: Date.parse(time),
  })),
});

/** The body as of `fromMs`. */
const movedTo = ({ bytes, places }: Moving, fromMs: number): Buffer => {
  if (places.length === 0) return bytes;
  const moved = Buffer.from(bytes);
  let lastOffsetMs = -1;
  let text = '';
  for (const { at, offsetMs } of places) {
    if (offsetMs !== lastOffsetMs) text = new Date(fromMs + offsetMs).toISOString();
    lastOffsetMs = offsetMs;
    moved.write(text, at, 'latin1');
  }
  return moved;
};

const send = (agent: Agent, plan: LoadPlan, body: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    const headers = { ...plan.headers, 'content-type': 'application/json', 'content-length': body.length };
    const sent = request(plan.url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
      answer.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

const run = async (plan: LoadPlan): Promise<LoadResult> => {
  const agent = new Agent({ keepAlive: true, maxSockets: plan.connections });
  const now = new Date().toISOString();
  const bodies = plan.bodies.map((body) => movingOf(body.replaceAll('NOW', now)));
  const historyFromMs = Date.now() - historyMs;
  const startMs = performance.now();
  const measureFromMs = startMs + plan.warmUpMs;
  const endMs = measureFromMs + plan.measureMs;
  const latencies: number[] = [];
  const others: Record<string, number> = {};
  let acknowledged = 0;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < endMs) {
      const turn = next++;
      const template = bodies[turn % bodies.length];
      if (template === undefined) return;
      const body = movedTo(template, historyFromMs + turn * (plan.advanceMs ?? 0));
      const sentMs = performance.now();
      const status = await send(agent, plan, body).catch((error: unknown) => String(error));
      const doneMs = performance.now();
      if (status !== plan.expectedStatus) {
        others[String(status)] = (others[String(status)] ?? 0) + 1;
        continue;
      }
      acknowledged += 1;
      if (doneMs >= measureFromMs && doneMs <= endMs) latencies.push(doneMs - sentMs);
    }
  };
  await Promise.all(Array.from({ length: plan.connections }, worker));
  agent.destroy();
  latencies.sort((a, b) => a - b);
  return {
    acknowledged,
    measured: latencies.length,
    measuredMs: plan.measureMs,
    others,
    p50Ms: percentile(latencies, 0.5),
    p99Ms: percentile(latencies, 0.99),
  };
};

if (import.meta.main) {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Uint8Array));
  const plan = JSON.parse(Buffer.concat(chunks).toString('utf8')) as LoadPlan;
  process.stdout.write(JSON.stringify(await run(plan)));
}
