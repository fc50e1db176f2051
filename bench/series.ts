/*
 * A plot over a day of 1 Hz telemetry of 64 GPUs, through the API, beside the same answer out of raw records in SQL.
 * `node bench/series.ts [--gpus 64] [--hours 24]`. Target: under 200 ms.
 */
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { knownMetricNames } from '../packages/contracts/src/index.ts';
import { createPartitionKeeper } from '../packages/server/src/platform/database/partition-keeper.ts';
import { systemClock } from '../packages/server/src/platform/clock.ts';
import type { Database } from '../packages/server/src/platform/database/index.ts';
import { rollUp } from '../packages/server/src/domains/telemetry/series/roll-up.ts';
import { makeDataDir, registerFleet, removeDataDir, startServer, withDatabase } from './ingest-support.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { latencyOf } from './support/statistics.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({
  options: { gpus: { type: 'string', default: '64' }, hours: { type: 'string', default: '24' } },
});
const gpus = Number(values.gpus);
const hours = Number(values.hours);
const untilMs = Math.floor(Date.now() / 3_600_000) * 3_600_000;
const sinceMs = untilMs - hours * 3_600_000;

/** A reading a second and GPU: ten metrics, as a sensor sends them. */
const fill = async (db: Database, fleet: readonly { gpuId: string; nodeId: string }[]): Promise<number> => {
  const filled = [
    'gpu_utilization',
    'memory_utilization',
    'memory_used',
    'temperature',
    'power_usage',
    'sm_clock',
  ];
  const columns = filled.filter((name) => knownMetricNames.some((known) => known === name));
  const { rowCount } = await db.query(
    `INSERT INTO telemetry_records (id, gpu_id, node_id, telemetry_type, "timestamp", received_at, ${columns.join(', ')})
     SELECT gen_random_uuid(), gpu_id, node_id, 'metrics', at, at, ${columns.map((_, index) => `40 + (extract(epoch FROM at)::bigint * ${index + 7} + slot) % 50`).join(', ')}
     FROM generate_series($1::timestamptz, $2::timestamptz - interval '1 s', interval '1 s') AS at,
       unnest($3::uuid[], $4::uuid[]) WITH ORDINALITY AS fleet (gpu_id, node_id, slot)`,
    [
      new Date(sinceMs),
      new Date(untilMs),
      fleet.map(({ gpuId }) => gpuId),
      fleet.map(({ nodeId }) => nodeId),
    ],
  );
  return rowCount;
};

const timed = async (times: number, work: () => Promise<unknown>) => {
  const durations: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const startMs = performance.now();
    await work();
    durations.push(performance.now() - startMs);
  }
  return latencyOf(durations);
};

const machine = describeMachine();
const dataDir = await makeDataDir();
try {
  const first = await startServer(dataDir);
  const fleet = await registerFleet(first.url, Math.ceil(gpus / 8)).finally(() => first.stop());
  const chosen = fleet.gpus.slice(0, gpus);
  const clock = systemClock();
  const log = pino({ level: 'silent' });
  const ids = chosen.map(({ gpuId }) => gpuId);
  let rollUpMs = 0;
  let raw = { p50Ms: 0 };
  let rows = 0;
  await withDatabase(dataDir, async (db) => {
    const options = { db, clock, log, retentionDays: 30 };
    for (const table of ['telemetry_records', 'telemetry_minutes']) {
      const keeper = createPartitionKeeper({ ...options, table });
      await keeper.start();
      await keeper.stop();
    }
    await db.query('DELETE FROM telemetry_rollup_state');
    rows = await db.transaction((tx) => fill({ ...db, query: tx.query }, chosen), {
      statementTimeoutMs: 600_000,
    });
    await db.query('ANALYZE telemetry_records');
    const startMs = performance.now();
    await rollUp({ db, clock, hoursRetentionDays: 730 });
    rollUpMs = performance.now() - startMs;
    await db.query('ANALYZE telemetry_minutes');
    raw = await timed(2, () =>
      db.query(
        `SELECT gpu_id, date_bin('5 minutes', "timestamp", 'epoch') AS bucket, min(temperature), avg(temperature), max(temperature)
         FROM telemetry_records WHERE gpu_id = ANY($1) AND "timestamp" >= $2 AND "timestamp" < $3 GROUP BY 1, 2`,
        [ids, new Date(sinceMs), new Date(untilMs)],
      ),
    );
  });
  const server = await startServer(dataDir);
  try {
    const ask = async (metrics: string): Promise<void> => {
      const query = new URLSearchParams({
        gpu_ids: ids.join(','),
        metrics,
        since: new Date(sinceMs).toISOString(),
        until: new Date(untilMs).toISOString(),
      });
      const answer = await fetch(`${server.url}/api/v1/telemetry/series?${query.toString()}`, {
        headers: fleet.headers,
      });
      if (!answer.ok) throw new Error(`the series answered ${answer.status}: ${await answer.text()}`);
      await answer.arrayBuffer();
    };
    await ask('temperature');
    const one = await timed(20, () => ask('temperature'));
    const three = await timed(10, () => ask('temperature,power_usage,gpu_utilization'));
    report({
      bench: 'series',
      machine,
      figures: [
        {
          name: `a day of 1 Hz of ${gpus} GPUs, one metric, 300 points`,
          target: '< 200 ms',
          measured: ms(one.p50Ms),
          met: one.p50Ms < 200,
        },
      ],
      tables: [
        {
          title: `${hours} h of ${gpus} GPUs at 1 Hz, ${whole(rows)} records`,
          columns: ['', 'p50', 'max'],
          rows: [
            ['series of one metric', ms(one.p50Ms), ms(one.maxMs)],
            ['series of three metrics', ms(three.p50Ms), ms(three.maxMs)],
            ['raw SQL over the records, one metric', ms(raw.p50Ms), ''],
          ],
        },
      ],
      notes: [
        `Rolling all of it up took ${(rollUpMs / 1000).toFixed(1)} s: ${whole(rows / (rollUpMs / 1000))} records/s.`,
      ],
    });
  } finally {
    await server.stop();
  }
} finally {
  await removeDataDir(dataDir);
}
