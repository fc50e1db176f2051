import type { ChildProcess } from 'node:child_process';
import { Value } from 'typebox/value';
import type { DiscoveredGpu, GpuFault, Sample } from '../source.ts';
import { ProbeMessage } from './messages.ts';

/** Starts the probe process of one vendor, with a channel to it. */
export type StartProbe = () => ChildProcess;

/** Room for a driver that wakes a GPU first. */
const startTimeoutMs = 15_000;
const answerTimeoutMs = 10_000;
/** A library that hung or crashed is left alone this long. */
export const restartAfterMs = 60_000;
const maxFaults = 256;

interface Running {
  readonly child: ChildProcess;
  readonly ready: Promise<boolean>;
  readonly waiting: Map<number, (message: ProbeMessage | null) => void>;
}

/** The sensor's end of a probe process. */
export interface Probe {
  /** Null: the library is not there or does not answer; `problem` tells which. */
  discover(): Promise<readonly DiscoveredGpu[] | null>;
  sample(): Promise<readonly Sample[] | null>;
  takeFaults(): readonly GpuFault[];
  /** Why the library is there and yet of no use; null when it works or is not installed. */
  problem(): string | null;
  close(): void;
}

/**
 * Calls a vendor's library in a process of its own. One that hangs past its deadline is killed, one that crashes is
 * started again after a minute; a machine without the library starts one process in that time, which ends at once.
 */
export const createProbe = ({
  start,
  name,
  monotonicMs,
}: {
  start: StartProbe;
  /** The library's name, for `problem`. */
  name: string;
  monotonicMs: () => number;
}): Probe => {
  let running: Running | undefined;
  let notBeforeMs = 0;
  let problem: string | null = null;
  let questions = 0;
  const faults: GpuFault[] = [];

  const end = (probe: Running, why: string | null): void => {
    if (running !== probe) return;
    running = undefined;
    notBeforeMs = monotonicMs() + restartAfterMs;
    problem = why === null ? null : `${name}: ${why}`;
    probe.child.kill('SIGKILL');
    for (const answer of probe.waiting.values()) answer(null);
    probe.waiting.clear();
  };

  const launch = (): Running => {
    const child = start();
    const waiting: Running['waiting'] = new Map();
    const ready = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => {
        end(probe, `did not start within ${startTimeoutMs / 1000} s`);
        resolve(false);
      }, startTimeoutMs);
      const settle = (isReady: boolean): void => {
        clearTimeout(timer);
        resolve(isReady);
      };
      child.on('message', (message: unknown) => {
        if (!Value.Check(ProbeMessage, message)) return;
        if (message.kind === 'ready') settle(true);
        else if (message.kind === 'absent') {
          end(probe, message.problem);
          settle(false);
        } else if (message.kind === 'faults')
          faults.push(...message.faults.slice(0, maxFaults - faults.length));
        else {
          waiting.get(message.id)?.(message);
          waiting.delete(message.id);
        }
      });
      child.once('error', () => {
        end(probe, 'its process could not be started');
        settle(false);
      });
      child.once('exit', (code, signal) => {
        end(probe, `its process ended with ${signal ?? `status ${code ?? 'unknown'}`}`);
        settle(false);
      });
    });
    const probe: Running = { child, ready, waiting };
    return probe;
  };

  const ask = async (what: 'discover' | 'sample'): Promise<ProbeMessage | null> => {
    if (running === undefined) {
      if (monotonicMs() < notBeforeMs) return null;
      running = launch();
    }
    const probe = running;
    if (!(await probe.ready) || running !== probe) return null;
    const id = (questions += 1);
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => end(probe, `did not answer within ${answerTimeoutMs / 1000} s`),
        answerTimeoutMs,
      );
      probe.waiting.set(id, (message) => {
        clearTimeout(timer);
        if (message !== null) problem = null;
        resolve(message);
      });
      probe.child.send({ id, ask: what }, (error) => {
        if (error !== null) end(probe, 'its process is gone');
      });
    });
  };

  return {
    discover: async () => {
      const answer = await ask('discover');
      return answer?.kind === 'gpus' ? answer.gpus : null;
    },
    sample: async () => {
      const answer = await ask('sample');
      return answer?.kind === 'samples' ? answer.samples : null;
    },
    takeFaults: () => faults.splice(0),
    problem: () => problem,
    close: () => {
      if (running !== undefined) end(running, null);
      notBeforeMs = 0;
    },
  };
};
