/*
 * From a record that shows a fault to the alert that anybody can read: the record is sent, and when it is acknowledged the
 * alerts of the GPU are asked for. `node bench/alert-latency.ts`. Target: p99 < 250 ms.
 */
import { createApiKey, post, registerGpu } from './support/api.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { startServer, withDataDir } from './support/server.ts';
import { latencyOf } from './support/statistics.ts';
import { ms } from './support/table.ts';

const gpus = 200;
const targetMs = 250;
const intervalMs = 10_000;
const quietRecords = 30;
/** Records over the threshold until people are called. */
const oddRecords = 3;

const metricsAt = (errors: number): object => ({
  gpu_utilization: 90,
  power_usage: 500,
  temperature: 60,
  ecc_uncorrected: errors,
});

const isThere = (answer: unknown): boolean =>
  typeof answer === 'object' &&
  answer !== null &&
  'data' in answer &&
  Array.isArray(answer.data) &&
  answer.data.length > 0;

const measure = async (url: string): Promise<readonly number[]> => {
  const key = await createApiKey(url);
  const took: number[] = [];
  const records = `${url}/api/v1/telemetry/records`;
  for (let index = 0; index < gpus; index += 1) {
    const gpuId = await registerGpu(url, key);
    const startMs = Date.now() - (quietRecords + oddRecords) * intervalMs;
    const recordAt = (step: number): object => ({
      gpu_id: gpuId,
      timestamp: new Date(startMs + step * intervalMs).toISOString(),
      metrics: metricsAt(Math.max(0, step - quietRecords + 1)),
    });
    const before = Array.from({ length: quietRecords + oddRecords - 1 }, (_, step) => recordAt(step));
    await post(`${records}/bulk`, { records: before }, key);
    const sentMs = performance.now();
    await post(records, recordAt(quietRecords + oddRecords - 1), key);
    const answer = await post(`${url}/api/v1/alerts/query`, { gpu_ids: [gpuId] }, key);
    if (!isThere(answer)) throw new Error('The record was acknowledged, and its alert is not there');
    took.push(performance.now() - sentMs);
  }
  return took;
};

const took = await withDataDir(async (dataDir) => {
  const server = await startServer({ dataDir });
  try {
    return await measure(server.url);
  } finally {
    await server.stop();
  }
});
const { p50Ms: p50, p99Ms: p99, maxMs: max } = latencyOf(took);
report({
  bench: 'alert-latency',
  machine: describeMachine(),
  figures: [
    {
      name: 'record → alert visible, p99',
      target: `< ${targetMs} ms`,
      measured: ms(p99),
      met: p99 < targetMs,
    },
  ],
  tables: [
    {
      title: 'From sending the record to reading its alert',
      columns: ['alerts', 'p50', 'p99', 'worst'],
      rows: [[String(took.length), ms(p50), ms(p99), ms(max)]],
    },
  ],
  notes: [
    'One after the other: two requests, the record and the query. An alert is committed with its record, so it is there as soon as the record is acknowledged.',
  ],
});
