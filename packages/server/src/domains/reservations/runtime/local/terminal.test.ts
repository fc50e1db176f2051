import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../platform/clock.ts';
import { commandSpec } from '../../../../testing/reservations/specs.ts';
import type { Runtime, TerminalSession } from '../port.ts';
import { createLocalRuntime } from './local-runtime.ts';

const mayRun = spawnSync('bwrap', ['--ro-bind', '/', '/', 'true']).status === 0;
if (!mayRun)
  console.warn('SKIPPED: bubblewrap is not here or may not run: terminals of this host are NOT tested');

const patience = { timeout: 30_000, interval: 50 };
const spec = commandSpec(null);
let runtime: Runtime;
let root = '';

/** Nothing of this process runs meanwhile, as on a machine that has no time for it. */
const stall = (ms: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
};
const stallUntilThereIs = (name: string): void => {
  const path = join(root, 'jobs', spec.jobId, 'home', name);
  for (let looks = 0; looks < 600 && !existsSync(path); looks += 1) stall(50);
  // From the shell's last word to the end of the process that carries it.
  stall(1_500);
};
const open = (): Promise<TerminalSession> =>
  runtime.terminal(spec, { rank: 0, size: { cols: 80, rows: 24 }, signal: AbortSignal.timeout(60_000) });
const outputOf = async ({ stream }: TerminalSession): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

describe.skipIf(!mayRun)('a terminal of a job on this host', () => {
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'gpushield-terminal-'));
    runtime = createLocalRuntime({
      root,
      sshAddress: '127.0.0.1',
      ownDirectories: [root],
      clock: systemClock(),
      log: pino({ level: 'silent' }),
    });
    await runtime.start();
    await runtime.ensure(spec);
    while ((await runtime.observe(spec)).state.kind === 'starting') await sleep(50);
  });
  afterAll(async () => {
    for (;;) {
      await runtime.remove(spec, { graceSeconds: 0 });
      if ((await runtime.observe(spec)).state.kind === 'absent') break;
      await sleep(50);
    }
    await runtime.stop();
    rmSync(root, { recursive: true, force: true });
  });

  it('loses neither output nor exit code where keys, or another size, come after its shell has ended', async () => {
    const late: readonly ((session: TerminalSession) => void)[] = [
      ({ stream }) => void stream.write('\u0004'),
      (session) => session.resize({ cols: 100, rows: 30 }),
    ];
    for (const [round, come] of late.entries()) {
      const session = await open();
      const output = outputOf(session);
      session.stream.write(`echo said-$((40+2)); touch over-${round}; exit 7\n`);
      // The keys go out; then this process is away until all is over, and has more to send before it reads.
      await new Promise((resolve) => setImmediate(resolve));
      stallUntilThereIs(`over-${round}`);
      come(session);
      expect(await session.exited).toBe(7);
      expect(await output).toContain('said-42');
    }
  });

  it('leaves no process behind, whoever ends it', async () => {
    const ended = await open();
    ended.stream.write('exit\n');
    expect(await ended.exited).toBe(0);
    const left = await open();
    left.close();
    expect(await left.exited).toBeNull();
    await expect.poll(async () => (await runtime.activity(spec)).terminalSessions, patience).toBe(0);
  });
});
