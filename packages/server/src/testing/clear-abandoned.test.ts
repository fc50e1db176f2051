import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clearAbandoned, markOwner, ownerFile } from './clear-abandoned.ts';

/** The number of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

let dataDir = '';
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'gpushield-abandoned-'));
  await chmod(dataDir, 0o711);
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

it('a directory whose server was killed stays while its test runs, and goes with the test', async () => {
  await writeFile(join(dataDir, 'server.lock'), String(deadPid()));
  markOwner(dataDir);
  await clearAbandoned(tmpdir(), [basename(dataDir)]);
  expect(existsSync(join(dataDir, 'server.lock'))).toBe(true);
  await writeFile(join(dataDir, ownerFile), String(deadPid()));
  await clearAbandoned(tmpdir(), [basename(dataDir)]);
  expect(existsSync(dataDir)).toBe(false);
});

it('a directory that names no test is left alone', async () => {
  await writeFile(join(dataDir, 'server.lock'), String(deadPid()));
  await clearAbandoned(tmpdir(), [basename(dataDir)]);
  expect(existsSync(join(dataDir, 'server.lock'))).toBe(true);
});
