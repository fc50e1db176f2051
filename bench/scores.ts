/*
 * GET /api/v1/scores with a million processes, of which one in twenty has a score, and a recalculation of a million stored
 * events. `node bench/scores.ts [--processes 1000000] [--requests 600]`. Server, PostgreSQL and client share the machine.
 * Targets: p99 below 50 ms; at least 200,000 events/s.
 */
import { randomUUIDv7 } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { encodeCopyRows } from '../packages/server/src/platform/database/copy-format.ts';
import type { Database } from '../packages/server/src/platform/database/index.ts';
import { packChunk } from '../packages/server/src/domains/scoring/events/event-batch.ts';
import {
  makeDataDir,
  perSecond,
  registerFleet,
  removeDataDir,
  startServer,
  withDatabase,
} from './ingest-support.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({
  options: {
    processes: { type: 'string', default: '1000000' },
    requests: { type: 'string', default: '600' },
  },
});
const processes = Number(values.processes);
const requests = Number(values.requests);
const chunks = 1_000;
const chunkEvents = 1_000;
const targetP99Ms = 50;
const targetPerSecond = 200_000;

const seedProcesses = async (db: Database): Promise<void> => {
  await db.transaction(
    (tx) =>
      tx.query(
        `INSERT INTO processes (process_id, agent_id, pid, command, job_id, facts_at, event_count, first_seen_at,
           last_seen_at, score_state, risk, risk_at, scored_at, created_at)
         SELECT 'agent-' || n % 100 || ':' || n, 'agent-' || n % 100, n, 'worker', 'job-' || n % 5000,
                ARRAY[0,0,0,0,0,0,0,0,0,0,0], 10, now(), now(),
                CASE WHEN n % 20 = 0 THEN json_build_object('contributions', json_build_array(json_build_object(
                  'rule', 'exec-of-memory-file', 'technique', 'T1620', 'tactic', 'defense-evasion', 'weight', 10 + n / 20 % 90,
                  'atMs', (extract(epoch FROM now()) * 1000)::bigint, 'eventId', gen_random_uuid())),
                  'marks', '[]'::json, 'baseline', NULL) END,
                CASE WHEN n % 20 = 0 THEN 10 + n / 20 % 90 ELSE 0 END, now(), now() - n * interval '1 ms',
                now() - n * interval '1 ms'
           FROM generate_series(1, ${String(processes)}) AS n`,
      ),
    { statementTimeoutMs: 600_000 },
  );
  await db.query('VACUUM ANALYZE processes');
};

const seedEvents = async (db: Database): Promise<void> => {
  const syscalls = ['read', 'write', 'openat', 'close', 'mmap', 'futex'];
  const atMs = Date.now() - 600_000;
  const bodies = await Promise.all(
    Array.from({ length: 20 }, (_, body) => {
      const events = Array.from({ length: chunkEvents }, (__, index) => ({
        pid: 1 + ((body * 50 + index) % 900),
        syscall: index % 250 === 0 ? 'execve' : syscalls[index % syscalls.length],
        timestamp: new Date(atMs + index).toISOString(),
        return_value: index,
        command: 'worker',
        ...(index % 250 === 0 ? { executable: index % 1000 === 0 ? '/dev/shm/x' : '/usr/bin/x' } : {}),
      }));
      return packChunk(Buffer.from(JSON.stringify({ events })));
    }),
  );
  const columns = ['received_at', 'id', 'agent_id', 'events', 'first_at', 'last_at', 'body'];
  await db.transaction(async (tx) => {
    for (let chunk = 0; chunk < chunks; chunk += 1) {
      const at = new Date(atMs + chunk).toISOString();
      const body = bodies[chunk % bodies.length];
      await tx.copyIn(
        'syscall_chunks',
        columns,
        encodeCopyRows([[at, randomUUIDv7(), 'agent-0', chunkEvents, at, at, body]]),
      );
    }
  });
};

const queries = [
  'risk_min=50',
  'risk_min=50&limit=100',
  'risk_min=90&limit=500',
  'risk_min=30&risk_max=40',
  'agent_id=agent-7',
  'job_id=job-17',
  'agent_id=agent-20&risk_min=50',
  'limit=100',
  `since=${encodeURIComponent(new Date(Date.now() - 3_600_000).toISOString())}&risk_min=25`,
];

interface Timed {
  readonly query: string;
  readonly tookMs: number;
}

const ask = async (url: string, headers: Readonly<Record<string, string>>): Promise<readonly Timed[]> => {
  const timed: Timed[] = [];
  for (let number = 0; number < requests; number += 1) {
    const query = queries[number % queries.length] ?? '';
    const startMs = performance.now();
    const answer = await fetch(`${url}/api/v1/scores?${query}`, { headers });
    const { data } = (await answer.json()) as { data: unknown[] };
    timed.push({ query, tookMs: performance.now() - startMs });
    if (answer.status !== 200 || data.length === 0)
      throw new Error(`${query} found nothing: ${String(answer.status)}`);
  }
  return timed.slice(queries.length);
};

const recalculate = async (url: string, headers: Readonly<Record<string, string>>): Promise<number> => {
  const startMs = performance.now();
  const started = await fetch(`${url}/api/v1/scores:recalculate`, { method: 'POST', headers });
  const { id } = (await started.json()) as { id: string };
  for (;;) {
    const answer = await fetch(`${url}/api/v1/score-recalculations/${id}`, { headers });
    const { status, events_done: events } = (await answer.json()) as { status: string; events_done: number };
    // Reading is over: what is left is per process, not per event.
    if (status !== 'reading') return perSecond(events, performance.now() - startMs);
    await sleep(20);
  }
};

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const times = (timed: readonly Timed[]): readonly number[] =>
  timed.map(({ tookMs }) => tookMs).sort((a, b) => a - b);

const machine = describeMachine();
const dataDir = await makeDataDir();
try {
  // The first start makes the tables.
  await (await startServer(dataDir)).stop();
  await withDatabase(dataDir, async (db) => {
    await seedProcesses(db);
    await seedEvents(db);
  });
  const server = await startServer(dataDir);
  try {
    const { headers } = await registerFleet(server.url, 1);
    const timed = await ask(server.url, headers);
    const all = times(timed);
    const perSecondRead = await recalculate(server.url, headers);
    const p99 = percentile(all, 0.99);
    report({
      bench: 'scores',
      machine,
      figures: [
        {
          name: `GET /scores, ${whole(processes)} processes, p99`,
          target: `< ${String(targetP99Ms)} ms`,
          measured: ms(p99),
          met: p99 < targetP99Ms,
        },
        {
          name: 'Recalculation',
          target: `≥ ${whole(targetPerSecond)} events/s`,
          measured: `${whole(perSecondRead)} events/s`,
          met: perSecondRead >= targetPerSecond,
        },
      ],
      tables: [
        {
          title: `${whole(timed.length)} requests one after the other`,
          columns: ['GET /api/v1/scores?', 'p50', 'p99'],
          rows: queries.map((query) => {
            const own = times(timed.filter((one) => one.query === query));
            return [
              query.replace(/since=[^&]*/, 'since=…'),
              ms(percentile(own, 0.5)),
              ms(percentile(own, 0.99)),
            ];
          }),
        },
      ],
      notes: [`Recalculated: ${whole(chunks * chunkEvents)} stored events of 900 processes.`],
    });
  } finally {
    await server.stop();
  }
} finally {
  await removeDataDir(dataDir);
}
