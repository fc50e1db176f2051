import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { RequestParts } from './connection.ts';
import { stopChild } from './server.ts';

/** What a probe sends, how often. */
export interface ProbeCommand {
  readonly port: number;
  readonly perSecond: number;
  readonly request: RequestParts;
}

export interface ProbeSamples {
  /** Of successful answers, from the moment at which the request was due. */
  readonly latenciesMs: readonly number[];
  /** How late the probe itself sent each request: its own share in the latencies. */
  readonly lagsMs: readonly number[];
  /** Refusals and broken connections. */
  readonly failures: number;
}

export interface SteadyProbe {
  /** What was measured since the last take. */
  take(): Promise<ProbeSamples>;
  stop(): Promise<void>;
}

/** Starts a process that sends one request at a steady rate until it is stopped. */
export const startSteadyProbe = (command: ProbeCommand): SteadyProbe => {
  const child = fork(new URL('./probe-process.ts', import.meta.url), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.send(command);
  return {
    take: async () => {
      const answer = once(child, 'message') as Promise<[ProbeSamples]>;
      child.send('take');
      return (await answer)[0];
    },
    stop: () => stopChild(child),
  };
};
