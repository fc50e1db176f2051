/*
 * The generator of the otlp bench, in a process of its own: a plan on its standard input, what it did on its output.
 * Each connection has a fleet of its own and sends one moment after the other, as fast as it is answered.
 */
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { otlpPayload } from './support/otlp-payload.ts';

export interface OtlpPlan {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly nodes: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}
export interface OtlpLoad {
  /** Requests that were answered 200 while it was measured, and over all. */
  readonly measured: number;
  readonly acknowledged: number;
  readonly measuredMs: number;
  readonly pointsPerRequest: number;
  readonly recordsPerRequest: number;
  readonly latenciesMs: readonly number[];
  readonly others: Readonly<Record<string, number>>;
}

const plan = JSON.parse(await text(process.stdin)) as OtlpPlan;
const agent = new Agent({ keepAlive: true, maxSockets: plan.connections });
const post = (body: Buffer): Promise<number> =>
  new Promise((resolve, reject) => {
    const sent = request(
      plan.url,
      {
        method: 'POST',
        agent,
        headers: { ...plan.headers, 'content-type': 'application/x-protobuf', 'content-length': body.length },
      },
      (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sent.once('error', reject);
    sent.end(body);
  });

const firstTimeMs = Math.floor(Date.now() / 1000) * 1000 - 3_000_000;
const others: Record<string, number> = {};
const latenciesMs: number[] = [];
let [measured, acknowledged] = [0, 0];
const payloads = Array.from({ length: plan.connections }, (_, index) => otlpPayload(plan.nodes, `b${index}`));
// The first export of each fleet registers its nodes and GPUs, which is not what is measured.
for (const payload of payloads) {
  payload.setTime(firstTimeMs);
  const status = await post(payload.bytes);
  if (status === 200) acknowledged += 1;
  else others[status] = (others[status] ?? 0) + 1;
}
const startedMs = performance.now();
const fromMs = startedMs + plan.warmUpMs;
const untilMs = fromMs + plan.measureMs;
await Promise.all(
  payloads.map(async (payload) => {
    for (let turn = 1; performance.now() < untilMs; turn += 1) {
      payload.setTime(firstTimeMs + turn * 1000);
      const sentMs = performance.now();
      const status = await post(payload.bytes);
      const doneMs = performance.now();
      if (status !== 200) {
        others[status] = (others[status] ?? 0) + 1;
        continue;
      }
      acknowledged += 1;
      if (sentMs < fromMs || doneMs > untilMs) continue;
      measured += 1;
      latenciesMs.push(doneMs - sentMs);
    }
  }),
);
const [first] = payloads;
const result: OtlpLoad = {
  ...{ measured, acknowledged, latenciesMs, others, measuredMs: plan.measureMs },
  pointsPerRequest: first?.points ?? 0,
  recordsPerRequest: first?.records ?? 0,
};
process.stdout.write(JSON.stringify(result));
agent.destroy();
