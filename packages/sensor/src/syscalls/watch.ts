import type { spawn as nodeSpawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { createLineSplitter } from './lines.ts';
import { createLineParser, type KernelCall } from './parse.ts';
import { buildProgram, textBytes } from './programs/index.ts';
import type { Sight } from './sight.ts';

/** What one run of bpftrace could not tell. */
export interface Losses {
  /** Dropped by our own limits in the kernel. */
  dropped: number;
  /** Lost between the kernel and bpftrace. */
  lost: number;
  /** Lines that were none of ours. */
  malformed: number;
}
export interface WatchOptions {
  readonly sight: Extract<Sight, { kind: 'bpftrace' }>;
  readonly programFile: string;
  readonly spawn: typeof nodeSpawn;
  readonly path: string;
  readonly sensorPid: number;
  readonly onCall: (call: KernelCall) => void;
  readonly onAttached: () => void;
  readonly losses: Losses;
}
export interface WatchEnd {
  /** Why it ended, in bpftrace's words where it said any. */
  readonly problem: string;
}

const keptComplaint = 2_000;
/** bpftrace says this where its limit cannot be raised, and works. */
const harmless = 'RLIMIT_MEMLOCK';
const stopGraceMs = 1_500;
/** Pages a processor for what waits to be read: a megabyte. */
const bufferPages = '256';

const complaintOf = (stderr: string): string =>
  stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes(harmless) && !line.includes('WARNING'))
    .slice(0, 3)
    .join('; ')
    .slice(0, 300);

/** Runs bpftrace until it ends by itself or `signal` aborts; never rejects for what bpftrace does. */
export const watchOnce = async (options: WatchOptions, signal: AbortSignal): Promise<WatchEnd> => {
  const { sight, programFile, spawn, path, sensorPid, onCall, onAttached, losses } = options;
  const secret = randomBytes(8).readBigUInt64LE();
  await writeFile(programFile, buildProgram(sight.available, sensorPid, secret), { mode: 0o600 });
  await chmod(programFile, 0o600);
  const [program = 'bpftrace', ...before] = sight.command;
  const child = spawn(program, [...before, '-f', 'json', '-B', 'line', programFile], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: path,
      LC_ALL: 'C',
      BPFTRACE_STRLEN: String(textBytes),
      BPFTRACE_PERF_RB_PAGES: bufferPages,
      BPFTRACE_MAP_KEYS_MAX: '16384',
    },
  });
  const parse = createLineParser();
  const take = (line: string): void => {
    const parsed = parse(line);
    if (parsed.kind === 'call') {
      // bpftrace takes the pid of the child: it replaces what started it.
      if (parsed.call.pid !== child.pid && parsed.call.pid !== sensorPid) onCall(parsed.call);
    } else if (parsed.kind === 'dropped') losses.dropped += parsed.events;
    else if (parsed.kind === 'lost') losses.lost += parsed.events;
    else if (parsed.kind === 'malformed') losses.malformed += 1;
    else if (parsed.kind === 'attached') onAttached();
  };
  child.stdout.on(
    'data',
    createLineSplitter(take, () => {
      losses.malformed += 1;
    }),
  );
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('latin1')).slice(0, keptComplaint);
  });
  let force: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.kill('SIGINT');
    force = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const problem = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, killed) => resolve(`bpftrace ended (${String(code ?? killed)})`));
  });
  signal.removeEventListener('abort', stop);
  clearTimeout(force);
  const said = complaintOf(complaint);
  return { problem: said === '' ? problem : `${problem}: ${said}` };
};
