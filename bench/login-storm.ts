/*
 * What 32 people who log in at once do to everyone else: the latency of one read and one write, sent at a steady rate
 * from processes of their own, before the storm and during it. `npm run bench -- login-storm`.
 *
 * The server's limit of 10 logins a minute per address stands: each of the 32 clients comes from a loopback address of
 * its own (127.1.0.1 and up) and logs in three times.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { createApiKey } from './support/api.ts';
import { openConnection, requestBytes } from './support/connection.ts';
import { describeMachine } from './support/machine.ts';
import { report, type BenchResult } from './support/result.ts';
import { adminPassword, withServer, type BenchServer } from './support/server.ts';
import { latencyOf, median } from './support/statistics.ts';
import { startSteadyProbe, type ProbeSamples, type SteadyProbe } from './support/steady-probe.ts';
import { ms, whole, type Table } from './support/table.ts';

const clients = 32;
const loginsPerClient = 3;
const loginsAlone = 5;
const quietMs = 10_000;
const warmUpMs = 2000;
const readsPerSecond = 200;
const writesPerSecond = 50;
const targetMs = 20;

const loginRequest = requestBytes({
  method: 'POST',
  path: '/auth/login',
  body: JSON.stringify({ username: 'admin', password: adminPassword }),
});

/** Logs in `times` times, one after the other, from `address`; how long each took, in milliseconds. */
const logInFrom = async (port: number, address: string, times: number): Promise<number[]> => {
  const connection = await openConnection(port, address);
  const tookMs: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const startedMs = performance.now();
    const { status, body } = await connection.exchange(loginRequest);
    if (status !== 200) throw new Error(`A login answered ${status}: ${body.toString()}`);
    tookMs.push(performance.now() - startedMs);
  }
  connection.close();
  return tookMs;
};

interface Logins {
  readonly tookMs: readonly number[];
  readonly perSecond: number;
}

const storm = async (port: number): Promise<Logins> => {
  const startedMs = performance.now();
  const each = await Promise.all(
    Array.from({ length: clients }, (_, n) => logInFrom(port, `127.1.0.${n + 1}`, loginsPerClient)),
  );
  const tookMs = each.flat();
  return { tookMs, perSecond: tookMs.length / ((performance.now() - startedMs) / 1000) };
};

const startProbes = (port: number, key: string): readonly SteadyProbe[] => {
  const headers = { authorization: `Bearer ${key}` };
  const read = { method: 'GET', path: '/api/v1/me', headers };
  const write = { method: 'POST', path: '/api/v1/nodes', headers, body: JSON.stringify({ name: 'bench' }) };
  return [
    startSteadyProbe({ port, perSecond: readsPerSecond, request: read }),
    startSteadyProbe({ port, perSecond: writesPerSecond, request: write }),
  ];
};

interface Measured {
  /** Of the read and of the write. */
  readonly quiet: readonly ProbeSamples[];
  readonly stormy: readonly ProbeSamples[];
  readonly alone: readonly number[];
  readonly logins: Logins;
}

const measure = async (server: BenchServer): Promise<Measured> => {
  const key = await createApiKey(server.url);
  const alone = await logInFrom(server.port, '127.2.0.1', loginsAlone);
  const probes = startProbes(server.port, key);
  const takeAll = () => Promise.all(probes.map((probe) => probe.take()));
  try {
    await wait(warmUpMs);
    await takeAll();
    await wait(quietMs);
    const quiet = await takeAll();
    const logins = await storm(server.port);
    return { quiet, stormy: await takeAll(), alone, logins };
  } finally {
    await Promise.all(probes.map((probe) => probe.stop()));
  }
};

const probeRow = (name: string, samples: ProbeSamples | undefined): readonly string[] => {
  if (samples === undefined || samples.latenciesMs.length === 0)
    throw new Error(`${name}: nothing was measured`);
  const { count, p50Ms, p99Ms, maxMs } = latencyOf(samples.latenciesMs);
  const lag = latencyOf(samples.lagsMs).p99Ms;
  return [name, whole(count), ms(p50Ms), ms(p99Ms), ms(maxMs), ms(lag), whole(samples.failures)];
};

const probeTable = ({ quiet, stormy }: Measured): Table => ({
  title: 'Other routes',
  columns: ['route', 'requests', 'p50', 'p99', 'max', 'p99 of the probe’s own lag', 'failed'],
  rows: [
    probeRow('GET /api/v1/me, before', quiet[0]),
    probeRow('GET /api/v1/me, during the storm', stormy[0]),
    probeRow('POST /api/v1/nodes, before', quiet[1]),
    probeRow('POST /api/v1/nodes, during the storm', stormy[1]),
  ],
});

const loginTable = ({ logins, alone }: Measured): Table => {
  const { p50Ms, p99Ms, maxMs } = latencyOf(logins.tookMs);
  return {
    title: 'Logins',
    columns: ['', 'logins', 'p50', 'p99', 'max', 'logins/s'],
    rows: [
      ['one at a time', whole(alone.length), ms(median(alone)), '', ms(Math.max(...alone)), ''],
      [
        `${clients} at once`,
        whole(logins.tookMs.length),
        ms(p50Ms),
        ms(p99Ms),
        ms(maxMs),
        logins.perSecond.toFixed(1),
      ],
    ],
  };
};

const resultOf = (measured: Measured, machine: BenchResult['machine']): BenchResult => {
  const worstMs = Math.max(...measured.stormy.map(({ latenciesMs }) => latencyOf(latenciesMs).p99Ms));
  const failures = measured.stormy.reduce((sum, each) => sum + each.failures, 0);
  return {
    bench: 'login-storm',
    machine,
    figures: [
      {
        name: `p99 of other routes while ${clients} log in, the slower of a read and a write`,
        target: `< ${targetMs} ms`,
        measured: ms(worstMs),
        met: worstMs < targetMs && failures === 0,
      },
    ],
    tables: [probeTable(measured), loginTable(measured)],
    notes: [
      `${clients} clients, each from a loopback address of its own with ${loginsPerClient} logins, so that the limit of 10 logins a minute per address stands; all log in as one user, with the default cost of Argon2id (128 MiB, 4 passes, parallelism 8).`,
      `Reads come at ${readsPerSecond}/s and writes at ${writesPerSecond}/s from two further processes, whatever the answers do; a latency counts from the moment at which its request was due, the probe’s own lag included. Both routes wait for a durable audit entry.`,
    ],
  };
};

const machine = describeMachine();
report(resultOf(await withServer(measure), machine));
