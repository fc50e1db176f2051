import type { ChildProcess } from 'node:child_process';

/** What the hashing process is asked. */
export type Argon2Job =
  | { readonly id: number; readonly kind: 'verify'; readonly hash: string; readonly password: string }
  | {
      readonly id: number;
      readonly kind: 'hash';
      readonly password: string;
      readonly salt: string;
      readonly timeCost: number;
      readonly memoryCostKib: number;
      readonly parallelism: number;
      readonly outputLen: number;
    };
export type Argon2Answer =
  | { readonly id: number; readonly ok: true; readonly value: string | boolean }
  | { readonly id: number; readonly ok: false; readonly problem: string };

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

export interface Argon2Process {
  /** Answers the job's value; rejects when the process ended, took too long or could not do it. */
  ask(job: WithoutId<Argon2Job>): Promise<string | boolean>;
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (value: string | boolean) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

// At the default cost a hash takes 0.13 s of two idle cores; a process that needs this long hangs.
const jobTimeoutMs = 30_000;
// Between logins its memory (50 MB, and 128 MiB at work) goes back to the machine.
const idleStopMs = 30_000;

const deliver = (job: Pending, reply: Argon2Answer): void =>
  reply.ok ? job.resolve(reply.value) : job.reject(new Error(reply.problem));

interface Hearer {
  onAnswer(reply: Argon2Answer): void;
  onLost(why: string): void;
}

const hear = (child: ChildProcess, hearer: Hearer): void => {
  child.on('message', (reply: Argon2Answer) => hearer.onAnswer(reply));
  child.on('error', () => hearer.onLost('could not be started'));
  child.on('exit', () => hearer.onLost('ended'));
  // An idle hashing process must not keep the server from ending.
  child.unref();
  child.channel?.unref();
};

/** One child process that hashes, started when needed and stopped when idle. */
export const createArgon2Process = (start: () => ChildProcess): Argon2Process => {
  const pending = new Map<number, Pending>();
  let child: ChildProcess | undefined;
  let nextId = 1;
  let idle: NodeJS.Timeout | undefined;

  const settle = (id: number, how: (job: Pending) => void): void => {
    const job = pending.get(id);
    if (job === undefined) return;
    pending.delete(id);
    clearTimeout(job.timer);
    how(job);
    if (pending.size === 0) idle = setTimeout(stop, idleStopMs).unref();
  };
  const lost = (which: ChildProcess, why: string): void => {
    if (child !== which) return;
    child = undefined;
    for (const id of [...pending.keys()])
      settle(id, (job) => job.reject(new Error(`The hashing process ${why}`)));
  };
  const stop = (): void => {
    clearTimeout(idle);
    const old = child;
    if (old === undefined) return;
    lost(old, 'was stopped');
    old.kill('SIGKILL');
  };
  const running = (): ChildProcess => {
    if (child !== undefined) return child;
    const started = start();
    child = started;
    hear(started, {
      onAnswer: (reply) => settle(reply.id, (job) => deliver(job, reply)),
      onLost: (why) => lost(started, why),
    });
    return started;
  };

  return {
    ask: (job) =>
      new Promise((resolve, reject) => {
        clearTimeout(idle);
        const id = nextId++;
        // A hung process is killed; whoever else waits for it is told, and the next job starts another.
        const timer = setTimeout(stop, jobTimeoutMs);
        pending.set(id, { resolve, reject, timer });
        running().send({ ...job, id }, (error) => {
          if (error !== null) settle(id, (waiting) => waiting.reject(error));
        });
      }),
    close: async () => {
      const old = child;
      const ended = old === undefined ? undefined : new Promise((resolve) => old.once('exit', resolve));
      stop();
      await ended;
    },
  };
};
