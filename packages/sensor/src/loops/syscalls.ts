import { join } from 'node:path';
import { isAborted } from '../aborted.ts';
import { backoffMs } from '../backoff.ts';
import type { Roots } from '../collect/roots.ts';
import type { SyscallMode } from '../config.ts';
import type { RunCommand } from '../run-command.ts';
import type { SensorDeps } from '../sensor-deps.ts';
import type { Spool } from '../spool/spool.ts';
import { openAuditWatch } from '../syscalls/audit/audit-watch.ts';
import { bootTime } from '../syscalls/facts/boot-time.ts';
import { createDigests } from '../syscalls/facts/digests.ts';
import { createProcesses } from '../syscalls/facts/processes.ts';
import { createUsers } from '../syscalls/facts/users.ts';
import { createGatherer } from '../syscalls/gather.ts';
import type { KernelCall } from '../syscalls/parse.ts';
import { createProcWatch } from '../syscalls/proc-watch.ts';
import { findSight, type Sight } from '../syscalls/sight.ts';
import { createToEvent, type ToEventDeps } from '../syscalls/to-event.ts';
import { watchOnce, type Losses } from '../syscalls/watch.ts';
import type { LoopDeps } from './loop-deps.ts';

/** A machine that could not be watched is asked again, since rights and programs change. */
const blindRetryMs = 300_000;
/** bpftrace that ran this long before it ended starts its count of failures anew. */
const calmMs = 60_000;
/** Ends in a row after which /proc is looked at instead, until it is time to ask again. */
const maxFailures = 5;
/** Time between two looks at /proc. */
const lookMs = 500;
/** Passes over the audit log between two looks at /proc. */
const maxPasses = 8;
/** How often what was lost is told. */
const tellMs = 5_000;
/** The kernel's clock against the wall's: read again now and then, since the wall's is set. */
const clockMs = 10_000;

export interface SyscallDeps extends LoopDeps {
  readonly mode: SyscallMode;
  readonly stateDir: string;
  readonly roots: Roots;
  readonly runCommand: RunCommand;
  readonly syscallSpool: Spool;
  readonly watch: SensorDeps['watch'];
  /** CLOCK_MONOTONIC now, in milliseconds. */
  readonly uptimeMs: () => number;
}

type Watchable = Extract<Sight, { kind: 'bpftrace' }>;

/** Turns moments of the kernel's clock into wall time. */
const createWallClock = ({ clock, uptimeMs }: SyscallDeps): ((atNs: number) => number) => {
  let offsetMs = 0;
  let readAtMs = Number.NEGATIVE_INFINITY;
  return (atNs) => {
    if (clock.monotonicMs() - readAtMs > clockMs) {
      readAtMs = clock.monotonicMs();
      offsetMs = clock.now().getTime() - uptimeMs();
    }
    return offsetMs + atNs / 1e6;
  };
};

/** Says what could not be told: by our limits, on the way out of the kernel, or for want of room here. */
const tellLosses = ({ health, syscallSpool }: SyscallDeps, losses: Losses): void => {
  const { dropped, lost, malformed } = losses;
  const spooled = syscallSpool.status().dropped.telemetry;
  const parts = [
    [dropped, 'dropped by limits'],
    [lost, 'lost between kernel and sensor'],
    [spooled, 'dropped because the spool was full'],
    [malformed, 'lines that could not be read'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${String(count)} ${what}`);
  // Limits are meant to be met now and then; the rest is not.
  if (lost + spooled + malformed > 0)
    health.set('syscalls', 'degraded', `syscall events: ${told.join(', ')}`);
};

/** Answers why it gave up: bpftrace that does not run at all is left for a while. */
const watchWhilePossible = async (
  deps: SyscallDeps,
  sight: Watchable,
  onCall: (call: KernelCall) => void,
  losses: Losses,
  signal: AbortSignal,
): Promise<string> => {
  const { clock, random, logger, blind, health, watch, stateDir } = deps;
  let last = 'stopped';
  for (let failures = 0; !signal.aborted && failures < maxFailures;) {
    const startedMs = clock.monotonicMs();
    const { problem } = await watchOnce(
      {
        sight,
        programFile: join(stateDir, 'syscalls.bt'),
        spawn: watch.spawn,
        path: watch.path,
        sensorPid: watch.pid,
        onCall,
        onAttached: () => {
          blind.set('syscalls', []);
          health.clear('syscalls.watch');
          logger.info({ syscalls: sight.available.size }, 'syscalls are watched');
        },
        losses,
      },
      signal,
    );
    if (isAborted(signal)) return last;
    last = problem;
    failures = clock.monotonicMs() - startedMs > calmMs ? 1 : failures + 1;
    blind.set('syscalls', [`syscalls: ${problem}`]);
    health.set('syscalls.watch', 'degraded', `syscalls are not watched: ${problem}`);
    // Said once: what is wrong stands in the health, and a kernel that cannot be watched is no news each time.
    logger[failures === 1 ? 'warn' : 'debug']({ problem, failures }, 'bpftrace ended and is started again');
    await clock.sleep(backoffMs({ attempt: failures, random }), signal);
  }
  return last;
};

const sightOf = async ({ mode, roots, runCommand, watch }: SyscallDeps): Promise<Sight> =>
  mode === 'proc' || mode === 'audit'
    ? { kind: 'none', problem: `bpftrace is not used (GPUSHIELD_SENSOR_SYSCALLS=${mode})` }
    : findSight({ roots, runCommand, isRoot: watch.isRoot });

interface Blindly {
  readonly problem: string;
  readonly onCall: (call: KernelCall) => void;
  readonly losses: Losses;
  readonly wallMs: (atNs: number) => number;
}

/** The audit log, where the mode allows it and it can be read; else why not. */
const auditOf = (
  { mode, roots, watch, clock }: SyscallDeps,
  { onCall, losses, wallMs }: Blindly,
): ReturnType<typeof openAuditWatch> =>
  mode === 'proc'
    ? Promise.resolve({ problem: 'the audit log is not asked' })
    : openAuditWatch({
        ...{ path: join(roots.host, '/var/log/audit/audit.log'), proc: roots.proc, sensorPid: watch.pid },
        atNs: (atMs) => (atMs - wallMs(0)) * 1e6,
        nowMs: () => clock.monotonicMs(),
        ...{ onCall, losses },
      });

/** What can be seen without tracing, until it is time to ask again whether tracing works. */
const lookElsewhere = async (deps: SyscallDeps, given: Blindly, signal: AbortSignal): Promise<void> => {
  const { clock, logger, blind, roots, uptimeMs } = deps;
  const { problem, onCall } = given;
  const audit = await auditOf(deps, given);
  const log = 'problem' in audit ? undefined : audit;
  const seen =
    'problem' in audit
      ? `only new processes and holders of GPUs are seen (${audit.problem})`
      : 'only what the audit rules of this machine log, new processes and holders of GPUs are seen';
  logger.info(
    { problem, audit: log !== undefined },
    'syscalls cannot be watched, other evidence is looked at',
  );
  blind.set('syscalls', [`syscalls: ${problem}; ${seen}`]);
  const look = createProcWatch({
    proc: roots.proc,
    // What the log told already it told better.
    onCall: (call) => {
      if (call.syscall !== 'execve' || log?.toldStart(call.pid, call.startedNs) !== true) onCall(call);
    },
  });
  const endMs = clock.monotonicMs() + blindRetryMs;
  try {
    while (!isAborted(signal) && clock.monotonicMs() < endMs) {
      for (let passes = 0; passes < maxPasses && (await log?.pass()) === true;) passes += 1;
      look(uptimeMs());
      await clock.sleep(lookMs, signal);
    }
  } finally {
    await log?.close();
  }
};

/** Watches the machine's syscalls through bpftrace where it can, and spools what it sees as events. */
export const runSyscalls = async (deps: SyscallDeps, signal: AbortSignal): Promise<void> => {
  const { clock, roots, blind, stateDir, syscallSpool, mode } = deps;
  if (mode === 'off') {
    blind.set('syscalls', ['syscalls: switched off (GPUSHIELD_SENSOR_SYSCALLS)']);
    return;
  }
  const losses: Losses = { dropped: 0, lost: 0, malformed: 0 };
  const onDrop = (events: number): void => {
    losses.lost += events;
  };
  const gatherer = createGatherer({ spool: syscallSpool, clock, onDrop });
  const facts: ToEventDeps = {
    proc: roots.proc,
    processes: createProcesses({ proc: roots.proc, digests: createDigests() }),
    userName: createUsers({ etc: roots.etc, clock }),
    bootedAtMs: await bootTime({ proc: roots.proc, stateDir, nowMs: clock.now().getTime() }),
    wallMs: createWallClock(deps),
  };
  const toEvent = createToEvent(facts);
  const onCall = (call: KernelCall): void => {
    const draft = toEvent(call);
    if (draft !== undefined) gatherer.add(draft);
  };
  const telling = async (): Promise<void> => {
    while (!isAborted(signal)) {
      await clock.sleep(tellMs, signal);
      tellLosses(deps, losses);
    }
  };
  const watching = async (): Promise<void> => {
    while (!isAborted(signal)) {
      const sight = await sightOf(deps);
      const problem =
        sight.kind === 'none' ? sight.problem : await watchWhilePossible(deps, sight, onCall, losses, signal);
      await lookElsewhere(deps, { problem, onCall, losses, wallMs: facts.wallMs }, signal);
    }
  };
  await Promise.all([watching(), telling(), gatherer.run(signal)]);
};
