import type { ChildProcess } from 'node:child_process';
import type { DiscoveredGpu, GpuFault, Sample } from '../source.ts';
import type { ProbeMessage, Question } from './messages.ts';
import { watchProbe, type ProbeProcess } from './probe-process.ts';

/** A library that hung or crashed is left alone this long. */
const restartAfterMs = 60_000;
const maxFaults = 256;

/** The sensor's end of a vendor's probe process. */
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
  /** Starts the process, with a channel to it. */
  start: () => ChildProcess;
  /** The library's name, for `problem`. */
  name: string;
  monotonicMs: () => number;
}): Probe => {
  let running: ProbeProcess | undefined;
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  let problem: string | null = null;
  const faults: GpuFault[] = [];

  const launch = (): ProbeProcess =>
    watchProbe(start(), {
      onFaults: (told) => {
        faults.push(...told.slice(0, maxFaults - faults.length));
      },
      onEnd: (why) => {
        running = undefined;
        notBeforeMs = monotonicMs() + restartAfterMs;
        problem = why === null ? null : `${name}: ${why}`;
      },
    });
  const ask = async (what: Question['ask']): Promise<ProbeMessage | null> => {
    if (running === undefined && monotonicMs() < notBeforeMs) return null;
    running ??= launch();
    const answer = await running.ask(what);
    if (answer !== null) problem = null;
    return answer;
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
      running?.kill();
      notBeforeMs = Number.NEGATIVE_INFINITY;
    },
  };
};
