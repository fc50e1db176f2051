import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { run, type Program } from '../run.ts';
import { createFakeIo, type FakeIo, type FakeIoOptions } from './fake-io.ts';
import { startFakeServer, type FakeServer } from './fake-server.ts';
import { sampleNow } from './samples.ts';

export interface Ended {
  readonly code: number;
  readonly io: FakeIo;
}

export interface CliStage {
  readonly home: string;
  readonly server: FakeServer;
  /** A server anew, where a test closed the first. */
  serve(): Promise<void>;
  /** Runs a command line that knows the server and nothing else. */
  start(args: readonly string[], options?: Partial<FakeIoOptions>): Promise<Ended>;
  /** The same with an API key. */
  withKey(args: readonly string[], options?: Partial<FakeIoOptions>): Promise<Ended>;
  /** With an API key, and what was printed. */
  say(...args: string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }>;
}

export const stageKey = 'k'.repeat(86);

/** A home and a server for each test of the file that calls this, and ways to run the command line there. */
export const createCliStage = (
  program?: Program,
  names = { url: 'GPUSHIELD_URL', key: 'GPUSHIELD_API_KEY' },
): CliStage => {
  let home = '';
  let server: FakeServer | undefined;
  const running = (): FakeServer => {
    if (server === undefined) throw new Error('The stage is there inside tests only');
    return server;
  };
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'gpushield-cli-'));
    server = await startFakeServer();
  });
  afterEach(async () => {
    await server?.close();
    await rm(home, { recursive: true, force: true });
  });
  const start: CliStage['start'] = async (args, options = {}) => {
    const io = createFakeIo({
      home,
      now: () => sampleNow,
      ...options,
      env: { [names.url]: running().url, ...options.env },
    });
    const which = program === undefined ? {} : { program };
    return { code: await run(args, { io, version: '0.1.0', ...which }), io };
  };
  const withKey: CliStage['withKey'] = (args, options = {}) =>
    start(args, { ...options, env: { [names.key]: stageKey, ...options.env } });
  return {
    serve: async () => {
      server = await startFakeServer();
    },
    get home() {
      return home;
    },
    get server() {
      return running();
    },
    start,
    withKey,
    say: async (...args) => {
      const { code, io } = await withKey(args);
      return { code, out: io.out(), err: io.err() };
    },
  };
};
