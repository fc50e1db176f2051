/*
 * What a request of the inference gateway costs in CPU time of the server's process, all its threads counted and
 * PostgreSQL not: useful on a machine that is not idle. `node bench/gateway-cpu.ts [--seconds 15] [--delay 0]
 * [--connections 16] [--stream] [--profile DIR]`; prints and writes nothing, but for the profile.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { logIn } from './support/api.ts';
import { load, quantile } from './support/gateway-load.ts';
import { chat, fakeModel, gatewayEnv, scopedToken } from './support/gateway-setup.ts';
import { stopChild, withServer } from './support/server.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '15' },
    delay: { type: 'string', default: '0' },
    connections: { type: 'string', default: '16' },
    stream: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const warmUpMs = 8000;
/** Of Linux, in every kernel that Node runs on. */
const ticksPerSecond = 100;

/** Seconds that a process has used, in the kernel and outside it. */
const cpuSeconds = (pid: number): number => {
  const fields =
    readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
      .split(') ')[1]
      ?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
};

const model = await fakeModel(Number(values.delay));
const profiling: Readonly<Record<string, string>> =
  values.profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${values.profile}` };
await withServer(
  async (server) => {
    const key = await logIn(server.url);
    const connections = Number(values.connections);
    const run = async (durationMs: number) => {
      const request = chat({ authorization: `Bearer ${await scopedToken(server, key)}` }, values.stream);
      return load({ port: server.port, request, connections, durationMs });
    };
    await run(warmUpMs);
    const before = cpuSeconds(server.pid);
    const result = await run(Number(values.seconds) * 1000);
    const used = cpuSeconds(server.pid) - before;
    console.log(
      `${whole((used * 1e6) / result.totalMs.length)} µs of CPU a request over ${whole(result.totalMs.length)} requests` +
        ` (${whole(result.perSecond)}/s, p50 ${ms(quantile(result.totalMs, 0.5))}, p99 ${ms(quantile(result.totalMs, 0.99))},` +
        ` first byte ${ms(quantile(result.firstMs, 0.5))})`,
    );
  },
  { env: { ...gatewayEnv(model.port), ...profiling } },
);
await stopChild(model.child);
