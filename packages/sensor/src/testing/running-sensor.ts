import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { systemClock } from '../clock.ts';
import { rootsAt } from '../collect/roots.ts';
import type { SensorConfig } from '../config.ts';
import type { GpuSource } from '../gpu/source.ts';
import { runSensor } from '../sensor.ts';
import type { SensorDeps } from '../sensor-deps.ts';

/** Waits shortened, so that tests of retries and intervals do not take their time; the order of things stays. */
const quickness = 20;

export const testGpu = {
  vendor: 'nvidia' as const,
  model: 'NVIDIA H100',
  device_id: '0000:3b:00.0',
  uuid: 'GPU-5a3e1a6c-9c55-7b40-1f0e-0d9c1b7e2f11',
  memory_total: 81559,
};

/** A GPU whose utilisation counts up to 100 and starts again, so that order and loss can be told. */
export const countingSource = (): GpuSource & { taken: () => number } => {
  let count = 0;
  return {
    name: 'gpu.nvidia',
    taken: () => count,
    discover: () => Promise.resolve({ gpus: [testGpu], problem: null }),
    sample: () => Promise.resolve([{ uuid: testGpu.uuid, metrics: { 'test.count': count++ } }]),
  };
};

/** Runs a sensor on a fixture host until `stop`; `logs` is every line that it logged, as JSON. */
export const startSensor = ({
  url,
  readApiKey,
  stateDir,
  hostRoot,
  sources = [],
  nodeName = 'node-1',
  spoolMaxBytes = 64 * 1024 * 1024,
}: {
  url: string;
  readApiKey: () => Promise<string>;
  stateDir: string;
  hostRoot: string;
  sources?: readonly GpuSource[];
  nodeName?: string;
  spoolMaxBytes?: number;
}) => {
  const logs: string[] = [];
  const log = (fields: object, message: string): void =>
    void logs.push(JSON.stringify({ ...fields, message }));
  const clock = systemClock();
  const deps: SensorDeps = {
    fetch: globalThis.fetch,
    clock: { ...clock, sleep: (ms, signal) => clock.sleep(ms / quickness, signal) },
    random: Math.random,
    uuid: randomUUID,
    runCommand: () => Promise.resolve({ code: null, stdout: '', problem: 'is not installed' }),
    logger: { debug: log, info: log, warn: log, error: log },
    roots: rootsAt(hostRoot),
    sources,
    architecture: 'x86_64',
    fallbackHostname: 'test-host',
    uptimeMs: () => 100_000,
    watch: { spawn, path: '/nonexistent', pid: process.pid, isRoot: false },
  };
  const config: SensorConfig = {
    ...{ url, readApiKey, stateDir, spoolMaxBytes },
    ...{ nodeName, clusterId: 'default', logLevel: 'info', caFile: null, exporterUrls: [] },
    ...{ syscalls: 'off', syscallSpoolMaxBytes: 64 * 1024 * 1024 },
  };
  const stopping = new AbortController();
  const ended = runSensor({ config, deps, signal: stopping.signal });
  return {
    logs,
    ended,
    stop: async (): Promise<void> => {
      stopping.abort();
      await ended;
    },
  };
};
