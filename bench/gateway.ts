/*
 * What the inference gateway costs: the same chat completion asked of a fake model server directly, through GPUShield
 * (scoped token, limits, firewall in and out, audit, ledger), through a bare proxy that looks at nothing, and through
 * Portkey's gateway, in one run on one machine. `node bench/gateway.ts [--seconds 6] [--requests 60000]`; --requests is
 * the length of the memory run. `node bench/gateway.ts --soak 1000000` is that run alone, over so many requests: it prints
 * the server's memory as it goes, and what it comes to, and writes nothing. bench/gateway-cpu.ts tells what a request costs.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { logIn } from './support/api.ts';
import { load, quantile, type LoadResult } from './support/gateway-load.ts';
import { bareProxy, chat, fakeModel, gatewayEnv, scopedToken } from './support/gateway-setup.ts';
import { describeMachine } from './support/machine.ts';
import { report, type Figure } from './support/result.ts';
import { freePort, stopChild, withServer, type BenchServer } from './support/server.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '6' },
    requests: { type: 'string', default: '60000' },
    soak: { type: 'string' },
  },
});
const durationMs = Number(values.seconds) * 1000;
const memoryRequests = Number(values.soak ?? values.requests);
const connections = 16;
/** An answer of a quick model: below, the machine is the limit and latencies are queues. */
const modelDelayMs = 25;
const portkeyVersion = '1.15.2';

const machine = describeMachine();

/** The engine compiles what runs often: before that, its first thousand requests are slower than all others. */
const warmUpMs = 5000;

const measured = async (port: number, request: Buffer, forMs = durationMs): Promise<LoadResult> => {
  await load({ port, request, connections, durationMs: Math.min(warmUpMs, forMs) });
  return load({ port, request, connections, durationMs: forMs });
};

interface Pair {
  readonly direct: LoadResult;
  readonly bare: LoadResult;
  readonly gateway: LoadResult;
}

const added = ({ direct }: Pair, through: LoadResult, share: number): number =>
  quantile(through.totalMs, share) - quantile(direct.totalMs, share);

const latencyOf = async (): Promise<Pair & { readonly streams: Pair }> => {
  const model = await fakeModel(modelDelayMs);
  const proxy = await bareProxy(model.port);
  try {
    return await withServer(
      async (server) => {
        const key = await logIn(server.url);
        const bearer = async () => ({ authorization: `Bearer ${await scopedToken(server, key)}` });
        const direct = await measured(model.port, chat({}));
        const bare = await measured(proxy.port, chat({}));
        const gateway = await measured(server.port, chat(await bearer()));
        const streams = {
          direct: await measured(model.port, chat({}, true)),
          bare: await measured(proxy.port, chat({}, true)),
          gateway: await measured(server.port, chat(await bearer(), true)),
        };
        return { direct, bare, gateway, streams };
      },
      { env: gatewayEnv(model.port) },
    );
  } finally {
    await stopChild(proxy.child);
    await stopChild(model.child);
  }
};

const residentBytes = (pid: number): number => {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
};

/** JavaScript's heap as the server tells it; what is garbage and not collected yet is in it. */
const heapBytes = async (server: BenchServer, key: string): Promise<number> => {
  const answer = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${key}` } });
  return Number(/^nodejs_heap_used_bytes (\S+)/m.exec(await answer.text())?.[1] ?? 0);
};

interface MemoryRun {
  /** Resident memory before the run and after each of its parts. */
  readonly resident: readonly number[];
  readonly heap: readonly number[];
  readonly requests: number;
}

const memoryOf = async (
  server: BenchServer,
  key: string,
  onPart: (requests: number, resident: number, heap: number) => void = () => undefined,
): Promise<MemoryRun> => {
  const resident: number[] = [];
  const heap: number[] = [];
  let requests = 0;
  const note = async (): Promise<void> => {
    resident.push(residentBytes(server.pid));
    heap.push(await heapBytes(server, key));
    onPart(requests, resident.at(-1) ?? 0, heap.at(-1) ?? 0);
  };
  await note();
  while (requests < memoryRequests) {
    const request = chat({ authorization: `Bearer ${await scopedToken(server, key)}` });
    const part = await load({ port: server.port, request, connections, durationMs: 5000 });
    requests += part.totalMs.length;
    await note();
  }
  return { resident, heap, requests };
};

interface Throughput extends Pair {
  readonly memory: MemoryRun;
}

const throughputOf = async (modelPort: number): Promise<Throughput> => {
  const proxy = await bareProxy(modelPort);
  try {
    return await withServer(
      async (server) => {
        const key = await logIn(server.url);
        const direct = await measured(modelPort, chat({}));
        const bare = await measured(proxy.port, chat({}));
        const bearer = { authorization: `Bearer ${await scopedToken(server, key)}` };
        const gateway = await measured(server.port, chat(bearer));
        return { direct, bare, gateway, memory: await memoryOf(server, key) };
      },
      { env: gatewayEnv(modelPort) },
    );
  } finally {
    await stopChild(proxy.child);
  }
};

/** What was added since the engine had compiled what it runs: since the first part. */
const growthOf = ([, settled = 0, ...rest]: readonly number[]): number => (rest.at(-1) ?? settled) - settled;

/** The memory run alone, for as long as asked: a line for every few thousand requests, and whether it stayed flat. */
const watchMemory = async (): Promise<void> => {
  const { port, child } = await fakeModel(0);
  await withServer(
    async (server) => {
      const key = await logIn(server.url);
      const { resident, requests } = await memoryOf(server, key, (made, bytes, heap) => {
        console.log(
          `${whole(made)} requests: resident ${whole(bytes / 1e6)} MB, heap ${whole(heap / 1e6)} MB`,
        );
      });
      console.log(
        `after ${whole(requests)} requests: ${whole(growthOf(resident) / 1e6)} MB more than after the first part`,
      );
    },
    { env: gatewayEnv(port) },
  );
  await stopChild(child);
};

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

if (values.soak !== undefined) {
  await watchMemory();
  process.exit();
}

const latency = await latencyOf();
const model = await fakeModel(0);
const throughput = await throughputOf(model.port);
const portkey = await portkeyOf(model.port);
await stopChild(model.child);

const addedP50 = added(latency, latency.gateway, 0.5);
const addedP99 = added(latency, latency.gateway, 0.99);
const firstByte =
  quantile(latency.streams.gateway.firstMs, 0.5) - quantile(latency.streams.direct.firstMs, 0.5);
const { memory } = throughput;
const growth = growthOf(memory.resident);
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
    name: `memory after ${whole(memory.requests)} more requests`,
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
        row('through a bare proxy', latency.bare),
        row('through GPUShield', latency.gateway),
        row('direct, stream', latency.streams.direct),
        row('through a bare proxy, stream', latency.streams.bare),
        row('through GPUShield, stream', latency.streams.gateway),
      ],
    },
    {
      title: 'A model that answers at once',
      columns,
      rows: [
        row('direct', throughput.direct),
        row('through a bare proxy', throughput.bare),
        row('through GPUShield', throughput.gateway),
        ...(portkey === undefined ? [] : [row(`through Portkey’s gateway ${portkeyVersion}`, portkey)]),
      ],
    },
  ],
  notes: [
    'Load generator, model server, gateway and PostgreSQL share the machine’s cores.',
    'GPUShield checks a scoped token, counts requests, holds and settles tokens and GPU-seconds, runs the firewall over prompt and answer, and writes an audit entry before each answer leaves and a ledger entry after it. Portkey’s gateway does none of these here.',
    `The bare proxy is node:http between two sockets and looks at nothing: what is added there (${ms(added(latency, latency.bare, 0.5))} at p50, ${ms(added(latency, latency.bare, 0.99))} at p99) is what passing a call on costs by itself on this machine.`,
    `Resident memory of the server: ${memory.resident.map((bytes) => whole(bytes / 1e6)).join(', ')} MB; its heap: ${memory.heap.map((bytes) => whole(bytes / 1e6)).join(', ')} MB.`,
  ],
});
