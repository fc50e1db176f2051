import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import { identify, stillRuns } from './process-identity.ts';
import { asAccount, postgresEnvironment } from './run-process.ts';

/** How PostgreSQL's main process ended; both null when it was not our child. */
export interface PostmasterExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** PostgreSQL's main process, whether this process started it or found it. */
export interface Postmaster {
  readonly pid: number;
  readonly exited: Promise<PostmasterExit>;
  signal(name: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): void;
}

const readyPollMs = 5;
const adoptedPollMs = 100;
// Crash recovery replays at most `max_wal_size` of log; minutes on a slow disk.
const readyTimeoutMs = 5 * 60_000;
const logTailChars = 2_000;

const sendSignal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // It is gone already, which is what the caller wants.
  }
};

/** A server that somebody else started: its end is noticed by looking. */
export const watchPostmaster = (pid: number): Postmaster => {
  const identity = identify(pid);
  const exited = (async () => {
    while (stillRuns(identity)) await sleep(adoptedPollMs, undefined, { ref: false });
    return { code: null, signal: null };
  })();
  return { pid, exited, signal: (name) => sendSignal(pid, name) };
};

const spawnPostmaster = (options: LaunchOptions): Promise<Postmaster> =>
  new Promise((resolve, reject) => {
    const log = openSync(options.logFile, 'a', 0o600);
    // A process group of its own: Ctrl-C in a terminal must reach the server first, which then stops PostgreSQL.
    const child = spawn(options.postgres, ['-D', options.cluster, ...options.args], {
      cwd: options.cluster,
      env: postgresEnvironment(),
      stdio: ['ignore', log, log],
      detached: true,
      ...asAccount(options.account),
    });
    closeSync(log);
    child.unref();
    const exited = new Promise<PostmasterExit>((done) =>
      child.on('exit', (code, signal) => done({ code, signal })),
    );
    child.on('error', reject);
    child.on('spawn', () => {
      const pid = child.pid ?? 0;
      resolve({ pid, exited, signal: (name) => sendSignal(pid, name) });
    });
  });

export interface LaunchOptions {
  readonly postgres: string;
  readonly cluster: string;
  readonly args: readonly string[];
  readonly account: Account | undefined;
  readonly logFile: string;
  /** Ends the wait; the process is stopped by whoever aborts. */
  readonly aborted: AbortSignal;
}

const waitReady = async (postmaster: Postmaster, options: LaunchOptions): Promise<void> => {
  const deadline = performance.now() + readyTimeoutMs;
  let exit: PostmasterExit | undefined;
  void postmaster.exited.then((how) => (exit = how));
  for (;;) {
    const file = await readPostmasterFile(options.cluster);
    if (file?.pid === postmaster.pid && file.status === 'ready') return;
    if (exit !== undefined) {
      const said = await readFile(options.logFile, 'utf8').catch(() => '');
      const how = exit.signal ?? `code ${exit.code}`;
      throw new Error(`PostgreSQL ended with ${how} while starting: ${said.slice(-logTailChars).trim()}`);
    }
    if (options.aborted.aborted || performance.now() > deadline) {
      postmaster.signal('SIGQUIT');
      throw new Error(
        options.aborted.aborted ? 'the start was called off' : 'PostgreSQL did not become ready in time',
      );
    }
    await sleep(readyPollMs);
  }
};

/** Starts PostgreSQL and answers when it accepts connections. Throws with the end of its log when it does not. */
export const launchPostmaster = async (options: LaunchOptions): Promise<Postmaster> => {
  const postmaster = await spawnPostmaster(options);
  await waitReady(postmaster, options);
  return postmaster;
};

// A fast shutdown writes a checkpoint; then an immediate one leaves recovery to the next start.
const fastStopMs = 20_000;
const immediateStopMs = 5_000;

/** Stops it: politely, then at once, then by force. Answers when the process is gone. */
export const stopPostmaster = async (postmaster: Postmaster, fastMs = fastStopMs): Promise<void> => {
  const goneWithin = async (ms: number): Promise<boolean> => {
    const timer = new AbortController();
    const late = sleep(ms, false, { signal: timer.signal }).catch(() => false);
    const gone = await Promise.race([postmaster.exited.then(() => true), late]);
    timer.abort();
    return gone;
  };
  postmaster.signal('SIGINT');
  if (await goneWithin(fastMs)) return;
  postmaster.signal('SIGQUIT');
  if (await goneWithin(immediateStopMs)) return;
  postmaster.signal('SIGKILL');
  await postmaster.exited;
};
