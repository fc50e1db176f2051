/*
 * What the inference gateway costs: the same chat completion asked of a fake model server directly, through GPUShield
 * (scoped token, limits, firewall in and out, audit, ledger) and through Portkey's gateway, in one run on one machine.
 * `node bench/gateway.ts [--seconds 6] [--requests 60000]`; --requests is the length of the memory run.
 */
import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { logIn, post } from './support/api.ts';
import { requestBytes } from './support/connection.ts';
import { load, quantile, type LoadResult } from './support/gateway-load.ts';
import { describeMachine } from './support/machine.ts';
import { report, type Figure } from './support/result.ts';
import { freePort, stopChild, withServer, type BenchServer } from './support/server.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '6' }, requests: { type: 'string', default: '60000' } },
});
const durationMs = Number(values.seconds) * 1000;
const memoryRequests = Number(values.requests);
const connections = 16;
/** An answer of a quick model: below, the machine is the limit and latencies are queues. */
const modelDelayMs = 25;
const portkeyVersion = '1.15.2';
const unlimited = '1000000000';

const machine = describeMachine();

const fakeModel = (delayMs: number): Promise<{ readonly port: number; readonly child: ChildProcess }> =>
  new Promise((resolve, reject) => {
    const program = join(import.meta.dirname, 'support/fake-model-process.ts');
    const child = fork(program, [], { env: { ...process.env, DELAY_MS: String(delayMs) } });
    child.once('error', reject);
    child.once('message', (port) => resolve({ port: Number(port), child }));
  });

const prompt = 'Explain in a few sentences what zero trust means for a fleet of GPUs. '.repeat(3);
const bodyOf = (stream: boolean): string =>
  JSON.stringify({
    model: 'bench-model',
    messages: [{ role: 'user', content: prompt }],
    max_tokens: 64,
    ...(stream ? { stream: true } : {}),
  });
const chat = (headers: Readonly<Record<string, string>>, stream = false): Buffer =>
  requestBytes({ method: 'POST', path: '/v1/chat/completions', headers, body: bodyOf(stream) });

/** A token of a minute: made anew before each part of the run. */
const scopedToken = async (server: BenchServer, key: string): Promise<string> => {
  const body = { model: 'bench-model', max_tokens: 10_000_000, scopes: ['llm:generate'] };
  const answer = (await post(`${server.url}/auth/scoped-token`, body, key)) as { access_token: string };
  return answer.access_token;
};

const measured = async (port: number, request: Buffer, forMs = durationMs): Promise<LoadResult> => {
  await load({ port, request, connections, durationMs: Math.min(1500, forMs) });
  return load({ port, request, connections, durationMs: forMs });
};

const gatewayEnv = (modelPort: number): Readonly<Record<string, string>> => ({
  OPENAI_BASE_URL: `http://127.0.0.1:${String(modelPort)}/v1`,
  OPENAI_API_KEY: 'sk-of-the-fake-server-000000000000',
  GPUSHIELD_LLM_REQUESTS_PER_MINUTE: unlimited,
  GPUSHIELD_LLM_TOKENS_PER_MINUTE: unlimited,
  GPUSHIELD_LLM_GPU_SECONDS_PER_HOUR: unlimited,
  GPUSHIELD_LIMIT_PRINCIPAL_PER_MINUTE: '100000000',
  GPUSHIELD_LIMIT_ADDRESS_PER_MINUTE: '100000000',
});

interface Pair {
  readonly direct: LoadResult;
  readonly gateway: LoadResult;
}

const added = ({ direct, gateway }: Pair, share: number): number =>
  quantile(gateway.totalMs, share) - quantile(direct.totalMs, share);

const latencyOf = async (): Promise<Pair & { readonly streams: Pair }> => {
  const model = await fakeModel(modelDelayMs);
  try {
    return await withServer(
      async (server) => {
        const key = await logIn(server.url);
        const bearer = async () => ({ authorization: `Bearer ${await scopedToken(server, key)}` });
        const direct = await measured(model.port, chat({}));
        const gateway = await measured(server.port, chat(await bearer()));
        const streams = {
          direct: await measured(model.port, chat({}, true)),
          gateway: await measured(server.port, chat(await bearer(), true)),
        };
        return { direct, gateway, streams };
      },
      { env: gatewayEnv(model.port) },
    );
  } finally {
    await stopChild(model.child);
  }
};

const residentBytes = (pid: number): number => {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
};

interface Throughput {
  readonly direct: LoadResult;
  readonly gateway: LoadResult;
  readonly memory: readonly number[];
  readonly memoryRequests: number;
}

const throughputOf = async (modelPort: number): Promise<Throughput> =>
  withServer(
    async (server) => {
      const key = await logIn(server.url);
      const direct = await measured(modelPort, chat({}));
      const bearer = async () => ({ authorization: `Bearer ${await scopedToken(server, key)}` });
      const gateway = await measured(server.port, chat(await bearer()));
      const memory = [residentBytes(server.pid)];
      let made = 0;
      while (made < memoryRequests) {
        const part = await load({
          port: server.port,
          request: chat(await bearer()),
          connections,
          durationMs: 5000,
        });
        made += part.totalMs.length;
        memory.push(residentBytes(server.pid));
      }
      return { direct, gateway, memory, memoryRequests: made };
    },
    { env: gatewayEnv(modelPort) },
  );

/** Portkey's gateway as npm has it, in a folder of its own. Undefined where it cannot be had; the notes say so then. */
const portkeyOf = async (modelPort: number): Promise<LoadResult | undefined> => {
  const folder = mkdtempSync(join(tmpdir(), 'gpushield-portkey-'));
  try {
    const npm = [
      'install',
      '--no-audit',
      '--no-fund',
      '--prefix',
      folder,
      `@portkey-ai/gateway@${portkeyVersion}`,
    ];
    execFileSync('npm', npm, { stdio: 'ignore', timeout: 120_000 });
    const port = await freePort();
    const program = join(folder, 'node_modules/@portkey-ai/gateway/build/start-server.js');
    const child = spawn(process.execPath, [program, `--port=${String(port)}`, '--headless'], {
      stdio: 'ignore',
    });
    try {
      await untilOpen(port);
      const headers = {
        authorization: 'Bearer sk-of-the-fake-server',
        'x-portkey-provider': 'openai',
        'x-portkey-custom-host': `http://127.0.0.1:${String(modelPort)}/v1`,
      };
      return await measured(port, chat(headers));
    } finally {
      await stopChild(child);
    }
  } catch (error) {
    console.error('Portkey’s gateway was not measured:', error instanceof Error ? error.message : error);
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const untilOpen = async (port: number): Promise<void> => {
  const giveUpMs = performance.now() + 30_000;
  for (;;) {
    const open = await fetch(`http://127.0.0.1:${String(port)}/`).then(
      () => true,
      () => false,
    );
    if (open) return;
    if (performance.now() > giveUpMs) throw new Error('it did not start');
    await wait(100);
  }
};

const row = (name: string, result: LoadResult): readonly string[] => [
  name,
  whole(result.perSecond),
  ms(quantile(result.totalMs, 0.5)),
  ms(quantile(result.totalMs, 0.99)),
  ms(quantile(result.firstMs, 0.5)),
];
const columns = ['', 'requests/s', 'p50', 'p99', 'first byte p50'];

const latency = await latencyOf();
const model = await fakeModel(0);
const throughput = await throughputOf(model.port);
const portkey = await portkeyOf(model.port);
await stopChild(model.child);

const addedP50 = added(latency, 0.5);
const addedP99 = added(latency, 0.99);
const firstByte =
  quantile(latency.streams.gateway.firstMs, 0.5) - quantile(latency.streams.direct.firstMs, 0.5);
const [settledMemory = 0] = throughput.memory.slice(1);
const lastMemory = throughput.memory.at(-1) ?? 0;
const growth = lastMemory - settledMemory;
const ratio = portkey === undefined ? undefined : throughput.gateway.perSecond / portkey.perSecond;

const figures: Figure[] = [
  {
    name: `latency added to a call of ${String(modelDelayMs)} ms, ${String(connections)} connections, p50`,
    target: '≤ 0.5 ms',
    measured: ms(addedP50),
    met: addedP50 <= 0.5,
  },
  { name: 'the same, p99', target: '≤ 3 ms', measured: ms(addedP99), met: addedP99 <= 3 },
  {
    name: 'first byte of a stream, delayed by',
    target: '≤ 2 ms',
    measured: ms(firstByte),
    met: firstByte <= 2,
  },
  {
    name: 'requests per second beside Portkey’s gateway',
    target: '≥ 10 ×',
    measured: ratio === undefined ? 'not measured' : `${ratio.toFixed(1)} ×`,
    met: ratio !== undefined && ratio >= 10,
  },
  {
    name: `memory after ${whole(throughput.memoryRequests)} more requests`,
    target: 'flat (< 50 MB more)',
    measured: `${whole(growth / 1e6)} MB more`,
    met: growth < 50e6,
  },
];

report({
  bench: 'gateway',
  machine,
  figures,
  tables: [
    {
      title: `A model that answers after ${String(modelDelayMs)} ms`,
      columns,
      rows: [
        row('direct', latency.direct),
        row('through GPUShield', latency.gateway),
        row('direct, stream', latency.streams.direct),
        row('through GPUShield, stream', latency.streams.gateway),
      ],
    },
    {
      title: 'A model that answers at once',
      columns,
      rows: [
        row('direct', throughput.direct),
        row('through GPUShield', throughput.gateway),
        ...(portkey === undefined ? [] : [row(`through Portkey’s gateway ${portkeyVersion}`, portkey)]),
      ],
    },
  ],
  notes: [
    'Load generator, model server, gateway and PostgreSQL share the machine’s cores.',
    'GPUShield checks a scoped token, counts requests, holds and settles tokens and GPU-seconds, runs the firewall over prompt and answer, and writes an audit entry before each answer leaves and a ledger entry after it. Portkey’s gateway does none of these here.',
    `Resident memory of the server: ${throughput.memory.map((bytes) => whole(bytes / 1e6)).join(', ')} MB.`,
  ],
});
