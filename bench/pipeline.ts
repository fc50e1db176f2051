/*
 * What the request pipeline costs over a bare Fastify route with the same answer. `npm run bench -- pipeline`.
 *
 * Three servers, each a process of its own: Fastify alone; the same route behind the whole pipeline with the credential
 * in memory and an audit sink that forgets; and the real server's GET /api/v1/me, which waits for a durable audit entry.
 */
import { createApiKey } from './support/api.ts';
import { closedLoop, onlySuccesses } from './support/closed-loop.ts';
import { requestBytes } from './support/connection.ts';
import { describeMachine } from './support/machine.ts';
import { cpuMsOf } from './support/processes.ts';
import { report, type BenchResult } from './support/result.ts';
import { withServer } from './support/server.ts';
import {
  servedCredential,
  servedPath,
  startServedRoute,
  type ServedKind,
} from './support/served-route-process.ts';
import { latencyOf, type Latency } from './support/statistics.ts';
import { ms, whole, type Table } from './support/table.ts';

const concurrencies = [1, 16] as const;
const durationMs = 8000;
const warmUpMs = 3000;
const targetMs = 0.2;

interface Measured extends Latency {
  readonly name: string;
  readonly connections: number;
  readonly perSecond: number;
  /** CPU of the server's process a request, the load generator's not included. */
  readonly cpuUs: number;
}

interface Target {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  readonly path: string;
  readonly token: string;
}

const measureAt = async (target: Target, connections: number): Promise<Measured> => {
  const { name, port, pid, path, token } = target;
  const request = requestBytes({ method: 'GET', path, headers: { authorization: `Bearer ${token}` } });
  const loop = { port, connections, request: () => request };
  await closedLoop({ ...loop, durationMs: warmUpMs, warmUpMs: 0 });
  const cpuBeforeMs = cpuMsOf(pid);
  const result = onlySuccesses(await closedLoop({ ...loop, durationMs, warmUpMs: 0 }), name);
  const cpuUs = ((cpuMsOf(pid) - cpuBeforeMs) * 1000) / result.latenciesMs.length;
  return { name, connections, perSecond: result.perSecond, cpuUs, ...latencyOf(result.latenciesMs) };
};

const measureAll = async (target: Target): Promise<readonly Measured[]> => {
  const measured: Measured[] = [];
  for (const connections of concurrencies) measured.push(await measureAt(target, connections));
  return measured;
};

const measureServed = async (kind: ServedKind, name: string): Promise<readonly Measured[]> => {
  const served = await startServedRoute(kind);
  try {
    return await measureAll({ ...served, name, path: servedPath, token: servedCredential });
  } finally {
    await served.stop();
  }
};

const measureReal = (): Promise<readonly Measured[]> =>
  withServer(async ({ url, port, pid }) => {
    const token = await createApiKey(url);
    return measureAll({ name: 'GET /api/v1/me, audit durable', port, pid, path: '/api/v1/me', token });
  });

const tableOf = (measured: readonly Measured[]): Table => ({
  title: 'One small read',
  columns: ['route', 'connections', 'requests/s', 'p50', 'p99', 'server CPU a request'],
  rows: measured.map(({ name, connections, perSecond, p50Ms, p99Ms, cpuUs }) => [
    name,
    String(connections),
    whole(perSecond),
    ms(p50Ms),
    ms(p99Ms),
    `${whole(cpuUs)} µs`,
  ]),
});

const resultOf = (
  bare: readonly Measured[],
  pipeline: readonly Measured[],
  real: readonly Measured[],
  machine: BenchResult['machine'],
): BenchResult => {
  const costMs = (pipeline[0]?.p50Ms ?? Number.NaN) - (bare[0]?.p50Ms ?? Number.NaN);
  return {
    bench: 'pipeline',
    machine,
    figures: [
      {
        name: 'pipeline over a bare Fastify route, p50 of one client, disk excluded',
        target: `< ${targetMs} ms`,
        measured: ms(costMs),
        met: costMs < targetMs,
      },
    ],
    tables: [tableOf([...bare, ...pipeline, ...real])],
    notes: [
      'One client shows what a request costs. Sixteen clients keep the server busy, so their latency is mostly the queue before it: read their requests/s and CPU.',
      'The real route waits for a commit that holds its audit entry; concurrent requests share commits.',
    ],
  };
};

const machine = describeMachine();
const bare = await measureServed('bare', 'bare Fastify');
const pipeline = await measureServed('pipeline', 'whole pipeline, audit not stored');
report(resultOf(bare, pipeline, await measureReal(), machine));
