import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { machine, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SyscallEventInput } from '@gpushield/contracts';
import { systemClock } from '../../packages/sensor/src/clock.ts';
import { rootsAt } from '../../packages/sensor/src/collect/roots.ts';
import { createRunCommand } from '../../packages/sensor/src/run-command.ts';
import { bootTime } from '../../packages/sensor/src/syscalls/facts/boot-time.ts';
import { createDigests } from '../../packages/sensor/src/syscalls/facts/digests.ts';
import { createProcesses } from '../../packages/sensor/src/syscalls/facts/processes.ts';
import { createUsers } from '../../packages/sensor/src/syscalls/facts/users.ts';
import { findSight } from '../../packages/sensor/src/syscalls/sight.ts';
import { createToEvent } from '../../packages/sensor/src/syscalls/to-event.ts';
import { watchOnce, type Losses } from '../../packages/sensor/src/syscalls/watch.ts';

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface Recorder {
  /** What was seen since the last call; waits first for what is still on its way. */
  take(): Promise<readonly SyscallEventInput[]>;
  readonly losses: Losses;
  readonly available: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** The sensor's own eyes, without a server: programs, parser and enrichment are the real ones. */
export const startRecorder = async (settleMs = 600): Promise<Recorder> => {
  const roots = rootsAt('');
  const clock = systemClock();
  const runCommand = createRunCommand({ spawn, path: systemPath });
  const sight = await findSight({ roots, runCommand, isRoot: process.getuid?.() === 0 });
  if (sight.kind === 'none')
    throw new Error(`Syscalls cannot be watched on this ${machine()}: ${sight.problem}`);
  const stateDir = await mkdtemp(join(tmpdir(), 'gpushield-recorder-'));
  const offsetMs = Date.now() - Number(process.hrtime.bigint() / 1_000_000n);
  const facts = {
    proc: roots.proc,
    processes: createProcesses({ proc: roots.proc, digests: createDigests() }),
    userName: createUsers({ etc: roots.etc, clock }),
    bootedAtMs: await bootTime({ proc: roots.proc, stateDir, nowMs: Date.now() }),
    wallMs: (atNs: number) => offsetMs + atNs / 1e6,
  };
  const toEvent = createToEvent(facts);
  let seen: SyscallEventInput[] = [];
  const losses: Losses = { dropped: 0, lost: 0, malformed: 0 };
  const stopping = new AbortController();
  let ended: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    ended = watchOnce(
      {
        ...{ sight, programFile: join(stateDir, 'syscalls.bt'), spawn, path: systemPath, losses },
        sensorPid: process.pid,
        onCall: (call) => {
          const draft = toEvent(call);
          if (draft !== undefined) seen.push(draft.event);
        },
        onAttached: resolve,
      },
      stopping.signal,
    ).then(({ problem }) => reject(new Error(problem)));
  });
  return {
    losses,
    available: sight.available,
    take: async () => {
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      const taken = seen;
      seen = [];
      return taken;
    },
    stop: async () => {
      stopping.abort();
      await ended.catch(() => undefined);
      await rm(stateDir, { recursive: true, force: true });
    },
  };
};

/** The events of a process and of all that came from it, by what the events themselves tell. */
export const descendedFrom = (
  events: readonly SyscallEventInput[],
  root: number,
): readonly SyscallEventInput[] => {
  const family = new Set([root]);
  // Events come nearly in order; a second pass finds those that overtook their parents.
  for (let pass = 0; pass < 3; pass += 1)
    for (const { pid, ppid } of events) if (ppid !== undefined && family.has(ppid)) family.add(pid);
  return events.filter(({ pid }) => family.has(pid));
};
