/*
 * The generator of the fleet-load bench, in a process of its own: a plan on its standard input, what it did on its output.
 * Every GPU of the fleet tells of itself once a second, through exporters whose moments are spread over the second: an
 * open load, so that a slow answer is measured from when its request was due.
 */
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { otlpPayload } from './support/otlp-payload.ts';

export interface FleetPlan {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly exporters: number;
  readonly nodesPerExporter: number;
  readonly warmUpSeconds: number;
  readonly measureSeconds: number;
}
export interface FleetLoad {
  /** From when a request was due to its answer, after the warm-up. */
  readonly latenciesMs: readonly number[];
  /** Records of requests that were answered 200, warm-up included. */
  readonly acknowledgedRecords: number;
  readonly pointsPerSecond: number;
  /** How late the generator's own timers were, where no answer held them up: what a latency has that is not the server's. */
  readonly ownLagsMs: readonly number[];
  /** CPU time of the generator from the first second on. */
  readonly cpuSeconds: number;
  readonly others: Readonly<Record<string, number>>;
}

const plan = JSON.parse(await text(process.stdin)) as FleetPlan;
const agent = new Agent({ keepAlive: true, maxSockets: plan.exporters });
const post = (body: Buffer): Promise<string> =>
  new Promise((resolve) => {
    const headers = {
      ...plan.headers,
      'content-type': 'application/x-protobuf',
      'content-length': body.length,
    };
    const sent = request(plan.url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(String(response.statusCode)));
    });
    sent.once('error', (error) => resolve(error.name));
    sent.end(body);
  });

const secondMs = 1000;
const payloads = Array.from({ length: plan.exporters }, (_, index) =>
  otlpPayload(plan.nodesPerExporter, `f${index}`),
);
const turns = plan.warmUpSeconds + plan.measureSeconds;
const latenciesMs: number[] = [];
const ownLagsMs: number[] = [];
const others: Record<string, number> = {};
let acknowledgedRecords = 0;

// The first export of each exporter registers its nodes and GPUs; then the seconds begin.
for (const payload of payloads) {
  payload.setTime(Date.now() - 60_000, 0);
  if ((await post(payload.bytes)) === '200') acknowledgedRecords += payload.records;
}
const startMs = performance.now();
const cpuBefore = process.cpuUsage();
const startTimeMs = Math.floor(Date.now() / secondMs) * secondMs;

const feed = async (payload: (typeof payloads)[number], offsetMs: number): Promise<void> => {
  for (let turn = 0; turn < turns; turn += 1) {
    const dueMs = startMs + turn * secondMs + offsetMs;
    const early = dueMs - performance.now();
    if (early > 0) {
      await wait(early);
      if (turn >= plan.warmUpSeconds) ownLagsMs.push(performance.now() - dueMs);
    }
    payload.setTime(startTimeMs + turn * secondMs, turn);
    const status = await post(payload.bytes);
    if (status === '200') acknowledgedRecords += payload.records;
    else others[status] = (others[status] ?? 0) + 1;
    if (turn >= plan.warmUpSeconds) latenciesMs.push(performance.now() - dueMs);
  }
};

await Promise.all(payloads.map((payload, index) => feed(payload, (index * secondMs) / payloads.length)));
const cpu = process.cpuUsage(cpuBefore);
const result: FleetLoad = {
  ...{ latenciesMs, ownLagsMs, acknowledgedRecords, others },
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
  pointsPerSecond: payloads.reduce((sum, { points }) => sum + points, 0),
};
process.stdout.write(JSON.stringify(result), () => process.exit(0));
