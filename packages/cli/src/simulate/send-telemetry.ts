import type { Api } from '../api/client.ts';
import { inParallel, type RegisteredNode } from './register-fleet.ts';

/** What the API takes in one request. */
const maxRecords = 10_000;
/** Records of one request: large enough to be quick, small enough to see progress. */
const recordsPerRequest = 4_000;

export interface SendOptions {
  readonly nodes: readonly RegisteredNode[];
  readonly intervalMs: number;
  readonly width: number;
  readonly onRecords: (records: number) => void;
}

interface Record {
  readonly gpu_id: string;
  readonly timestamp: string;
  readonly metrics: object;
}

/** Lets the GPUs of a node live from `fromMs` on for some steps. */
const recordsOf = (node: RegisteredNode, fromMs: number, steps: number, intervalMs: number): Record[] => {
  const records: Record[] = [];
  for (let step = 0; step < steps; step += 1) {
    const timeMs = fromMs + step * intervalMs;
    for (const { gpuId, simulated } of node.gpus) {
      const metrics = simulated.next(timeMs, intervalMs);
      if (metrics !== undefined)
        records.push({ gpu_id: gpuId, timestamp: new Date(timeMs).toISOString(), metrics });
    }
  }
  return records;
};

const post = async (api: Api, records: readonly Record[], onRecords: SendOptions['onRecords']) => {
  for (let from = 0; from < records.length; from += maxRecords) {
    const some = records.slice(from, from + maxRecords);
    await api.send('POST', '/api/v1/telemetry/records/bulk', { records: some });
    onRecords(some.length);
  }
};

/** Sends the past of every node, as fast as the server takes it, each node's records in order. */
export const sendPast = async (
  api: Api,
  options: SendOptions & { readonly fromMs: number; readonly untilMs: number },
): Promise<void> => {
  const { nodes, intervalMs, width, onRecords, fromMs, untilMs } = options;
  await inParallel(nodes, width, async (node) => {
    const steps = Math.max(1, Math.floor(recordsPerRequest / Math.max(1, node.gpus.length)));
    for (let atMs = fromMs; atMs < untilMs; atMs += steps * intervalMs) {
      const some = Math.min(steps, Math.ceil((untilMs - atMs) / intervalMs));
      await post(api, recordsOf(node, atMs, some, intervalMs), onRecords);
    }
  });
};

/** Sends the present: one record of each GPU each interval. Answers how many intervals began late. */
export const sendPresent = async (
  api: Api,
  options: SendOptions & {
    readonly durationMs: number;
    readonly now: () => number;
    readonly sleep: (ms: number) => Promise<void>;
  },
): Promise<number> => {
  const { nodes, intervalMs, width, onRecords, durationMs, now, sleep } = options;
  const startMs = now();
  const perRequest = Math.max(1, Math.floor(1000 / Math.max(1, nodes[0]?.gpus.length ?? 1)));
  const groups: RegisteredNode[][] = [];
  for (let from = 0; from < nodes.length; from += perRequest)
    groups.push(nodes.slice(from, from + perRequest));
  let late = 0;
  for (let step = 0; step * intervalMs < durationMs; step += 1) {
    const dueMs = startMs + step * intervalMs;
    const waitMs = dueMs - now();
    if (waitMs > 0) await sleep(waitMs);
    else if (-waitMs > intervalMs) late += 1;
    await inParallel(groups, width, (group) =>
      post(
        api,
        group.flatMap((node) => recordsOf(node, dueMs, 1, intervalMs)),
        onRecords,
      ),
    );
  }
  return late;
};
