import type { ChildProcess } from 'node:child_process';
import { Value } from 'typebox/value';
import type { GpuFault } from '../source.ts';
import { ProbeMessage, type Question } from './messages.ts';

/** Room for a driver that wakes a GPU first. */
const startTimeoutMs = 15_000;
const answerTimeoutMs = 10_000;

/** One run of a probe process, from its start to its end. */
export interface ProbeProcess {
  /** Whether it has its library open; false when it ended instead. */
  readonly ready: Promise<boolean>;
  /** The answer, or null when the process ended or was killed before it gave one. */
  ask(what: Question['ask']): Promise<ProbeMessage | null>;
  kill(): void;
}

/** Watches a probe process. `onEnd` is called once; `why` is null when there is nothing to complain about. */
export const watchProbe = (
  child: ChildProcess,
  {
    onFaults,
    onEnd,
  }: {
    readonly onFaults: (faults: readonly GpuFault[]) => void;
    readonly onEnd: (why: string | null) => void;
  },
): ProbeProcess => {
  const waiting = new Map<number, (message: ProbeMessage | null) => void>();
  const ready = Promise.withResolvers<boolean>();
  let ended = false;
  let questions = 0;
  const end = (why: string | null): void => {
    if (ended) return;
    ended = true;
    clearTimeout(starting);
    ready.resolve(false);
    child.kill('SIGKILL');
    for (const answer of waiting.values()) answer(null);
    waiting.clear();
    onEnd(why);
  };
  const starting = setTimeout(() => end(`did not start within ${startTimeoutMs / 1000} s`), startTimeoutMs);
  child.once('error', () => end('its process could not be started'));
  child.once('exit', (code, signal) =>
    end(`its process ended with ${signal ?? `status ${code ?? 'unknown'}`}`),
  );
  child.on('message', (message: unknown) => {
    if (!Value.Check(ProbeMessage, message)) return;
    if (message.kind === 'ready') {
      clearTimeout(starting);
      ready.resolve(true);
    } else if (message.kind === 'absent') end(message.problem);
    else if (message.kind === 'faults') onFaults(message.faults);
    else waiting.get(message.id)?.(message);
  });
  return {
    ready: ready.promise,
    kill: () => end(null),
    ask: async (what) => {
      if (!(await ready.promise) || ended) return null;
      const id = (questions += 1);
      const { promise, resolve } = Promise.withResolvers<ProbeMessage | null>();
      const why = `did not answer within ${answerTimeoutMs / 1000} s`;
      const timer = setTimeout(() => end(why), answerTimeoutMs);
      waiting.set(id, (message) => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(message);
      });
      child.send({ id, ask: what }, (error) => {
        if (error !== null) end('its process is gone');
      });
      return promise;
    },
  };
};
