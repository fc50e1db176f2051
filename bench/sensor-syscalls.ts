/*
 * What the sensor's eyes cost: processor time and memory of the sensor and of its bpftrace while other processes make watched
 * syscalls. `npm run bench -- sensor-syscalls`. Needs root and bpftrace.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { logIn } from './support/api.ts';
import { describeMachine } from './support/machine.ts';
import { cpuMsOf, memoryOf, processTree } from './support/processes.ts';
import { report, type Figure } from './support/result.ts';
import { startServer, withDataDir, type BenchServer } from './support/server.ts';
import { megabytes, whole } from './support/table.ts';

const measureMs = 20_000;
const settleMs = 4_000;
const cpuTarget = 0.02;
const memoryTargetBytes = 80e6;

/**
 * 80 calls a second of each of 64 processes, all of which count: no limit of the program holds them back. `PATH` is the same over
 * and over, of which the first and every sixteenth of a second are told, or another one each time, of which all are.
 */
const counting = (path: string): string => `
import itertools, os, time
n = itertools.count()
for _ in range(63):
    if os.fork() == 0: break
def quiet(f, *a):
    try: f(*a)
    except OSError: pass
at = time.monotonic()
while True:
    for _ in range(3): quiet(os.open, ${path}, os.O_WRONLY)
    for _ in range(2): quiet(os.rename, "/none", ${path})
    for _ in range(2): quiet(os.unlink, ${path})
    quiet(os.truncate, ${path}, 0)
    at += 0.1
    time.sleep(max(0, at - time.monotonic()))
`;
const same = counting('"/etc/none/none"');
const distinct = counting('"/etc/none/n%d" % next(n)');
/** 5,000 calls a second of watched syscalls as everyday work makes them: the program in the kernel looks and says nothing. */
const everyday = `
import os, time
at = time.monotonic()
while True:
    for _ in range(250):
        os.close(os.open("/usr/share", os.O_RDONLY))
        os.kill(os.getpid(), 0)
    at += 0.1
    time.sleep(max(0, at - time.monotonic()))
`;

interface Cost {
  readonly sensorCpu: number;
  readonly bpftraceCpu: number;
  readonly sensorRss: number;
  readonly bpftraceRss: number;
  readonly eventsPerSecond: number;
}

const eventsOf = async (url: string, token: string): Promise<number> => {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const lines = (await answer.text()).split('\n').filter((line) => line.includes('kind="event"'));
  return lines
    .filter((line) => line.includes('outcome="accepted"'))
    .reduce((sum, line) => sum + Number(line.split(' ').pop()), 0);
};

const until = async (look: () => boolean): Promise<void> => {
  for (let tries = 0; !look(); tries += 1) {
    if (tries > 600) throw new Error('bpftrace did not attach in a minute');
    await wait(100);
  }
};

/** The sensor of a server and its bpftrace. */
const partsOf = (serverPid: number) => {
  const tree = processTree(serverPid);
  const pidOf = (part: string): number => {
    const found = tree.find(({ commandLine }) => commandLine.includes(part));
    if (found === undefined) throw new Error(`No process of ${part}`);
    return found.pid;
  };
  return { sensor: pidOf('gpushield-sensor'), bpftrace: pidOf('bpftrace -f') };
};

/** What the eyes use while a load runs; null: none. */
const measure = async (server: BenchServer, token: string, load: string | null): Promise<Cost> => {
  const child: ChildProcess | undefined =
    load === null ? undefined : spawn('/usr/bin/python3', ['-c', load], { stdio: 'ignore', detached: true });
  try {
    await wait(settleMs);
    const { sensor, bpftrace } = partsOf(server.pid);
    const before = {
      sensor: cpuMsOf(sensor),
      bpftrace: cpuMsOf(bpftrace),
      events: await eventsOf(server.url, token),
    };
    const startedMs = performance.now();
    await wait(measureMs);
    const tookMs = performance.now() - startedMs;
    return {
      sensorCpu: (cpuMsOf(sensor) - before.sensor) / tookMs,
      bpftraceCpu: (cpuMsOf(bpftrace) - before.bpftrace) / tookMs,
      sensorRss: memoryOf(sensor).rssBytes,
      bpftraceRss: memoryOf(bpftrace).rssBytes,
      eventsPerSecond: ((await eventsOf(server.url, token)) - before.events) / (tookMs / 1000),
    };
  } finally {
    if (child?.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }
};

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const row = (name: string, cost: Cost): readonly string[] => [
  name,
  whole(cost.eventsPerSecond),
  percent(cost.sensorCpu),
  percent(cost.bpftraceCpu),
  megabytes(cost.sensorRss),
  megabytes(cost.bpftraceRss),
];

const processorFigure = (name: string, { sensorCpu, bpftraceCpu }: Cost): Figure => ({
  name: `eyes at ${name}, share of a core`,
  target: '< 2 %',
  measured: percent(sensorCpu + bpftraceCpu),
  met: sensorCpu + bpftraceCpu < cpuTarget,
});
const figuresOf = (ordinary: Cost, repeated: Cost, loud: Cost): readonly Figure[] => [
  processorFigure('5,000 watched calls/s of everyday work', ordinary),
  processorFigure('5,120 counted calls/s, most of them repeated', repeated),
  processorFigure(`${whole(loud.eventsPerSecond)} told events/s`, loud),
  {
    name: 'sensor at 5,000 told events/s, memory (RSS, bpftrace beside it not counted)',
    target: '< 80 MB',
    measured: megabytes(loud.sensorRss),
    met: loud.sensorRss < memoryTargetBytes,
  },
];

await withDataDir(async (dataDir) => {
  const machine = describeMachine();
  const env = { GPUSHIELD_SENSOR: 'on', GPUSHIELD_LOG_LEVEL: 'info', GPUSHIELD_OTLP_GRPC_PORT: '0' };
  const server = await startServer({ dataDir, env, withSensor: true });
  try {
    await until(() => server.output().includes('syscalls are watched'));
    const token = await logIn(server.url);
    const quiet = await measure(server, token, null);
    const ordinary = await measure(server, token, everyday);
    const repeated = await measure(server, token, same);
    const loud = await measure(server, token, distinct);
    report({
      bench: 'sensor-syscalls',
      machine,
      figures: figuresOf(ordinary, repeated, loud),
      tables: [
        {
          title: `Eyes beside the server, ${measureMs / 1000} s each`,
          columns: ['load', 'events stored/s', 'sensor CPU', 'bpftrace CPU', 'sensor RSS', 'bpftrace RSS'],
          rows: [
            row('none of ours', quiet),
            row('5,000 calls/s that the program in the kernel lets pass', ordinary),
            row('5,120 calls/s that count, the same over and over', repeated),
            row('5,120 calls/s that are all told', loud),
          ],
        },
      ],
      notes: [
        'What the program costs within the processes that make the calls is not in these figures.',
        'RSS holds some 55 MB of Node’s own program, shared with other Nodes; a sensor with its eyes off had 118 MB where one with them had 104 MB, both idle.',
        'Other processes of the machine are watched too: the first row says what they made.',
      ],
    });
  } finally {
    await server.stop();
  }
});
