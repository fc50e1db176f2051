import { fork, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { hostname, machine } from 'node:os';
import { systemClock, type Clock } from './clock.ts';
import { rootsAt, type Roots } from './collect/roots.ts';
import type { GpuSource } from './gpu/source.ts';
import { systemSources, withExporters } from './gpu/system-sources.ts';
import type { SensorLogger } from './logger.ts';
import { createRunCommand, type RunCommand } from './run-command.ts';

/** Everything that a sensor takes from the outside. */
export interface SensorDeps {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly random: () => number;
  readonly uuid: () => string;
  readonly runCommand: RunCommand;
  readonly logger: SensorLogger;
  readonly roots: Roots;
  readonly sources: readonly GpuSource[];
  readonly architecture: string;
  readonly fallbackHostname: string;
  /** The kernel log's clock now: CLOCK_MONOTONIC, in milliseconds since boot. */
  readonly uptimeMs: () => number;
  /** What watching syscalls takes from the outside. */
  readonly watch: {
    readonly spawn: typeof spawn;
    readonly path: string;
    readonly pid: number;
    readonly isRoot: boolean;
  };
}

/** Directories that only root can write; the caller's own PATH plays no part. */
const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/rocm/bin';

/** The real world of this process. */
export const systemDeps = ({
  logger,
  exporterUrls,
}: {
  logger: SensorLogger;
  exporterUrls: readonly string[];
}): SensorDeps => {
  const roots = rootsAt('');
  const clock = systemClock();
  const runCommand = createRunCommand({ spawn, path: systemPath });
  const own = systemSources({ roots, runCommand, fork, monotonicMs: () => clock.monotonicMs() });
  return {
    fetch: globalThis.fetch,
    clock,
    random: Math.random,
    uuid: randomUUID,
    runCommand,
    logger,
    roots,
    sources: withExporters(own, { urls: exporterUrls, fetch: globalThis.fetch }),
    architecture: machine(),
    fallbackHostname: hostname(),
    uptimeMs: () => Number(process.hrtime.bigint() / 1_000_000n),
    watch: { spawn, path: systemPath, pid: process.pid, isRoot: process.getuid?.() === 0 },
  };
};
