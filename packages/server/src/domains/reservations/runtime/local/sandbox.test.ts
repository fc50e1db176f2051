import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../platform/clock.ts';
import { commandSpec } from '../../../../testing/reservations/specs.ts';
import type { Runtime, WorkloadSpec } from '../port.ts';
import { createLocalRuntime } from './local-runtime.ts';
import { cannotHide, seenInside } from './sandbox.ts';

const made: string[] = [];
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});
const directoryIn = (parent: string): string => {
  const path = mkdtempSync(join(parent, 'gpushield-test-'));
  made.push(path);
  return path;
};

/** Also its control groups go, which are not in any directory of the test's. */
const removeJob = (runtime: Runtime, spec: WorkloadSpec): Promise<void> =>
  expect
    .poll(async () => {
      await runtime.remove(spec, { graceSeconds: 0 });
      return (await runtime.observe(spec)).state.kind;
    })
    .toBe('absent');

const mayRun = spawnSync('bwrap', ['--ro-bind', '/', '/', 'true']).status === 0;
const writable = ['/opt', '/usr/local'].filter((path) => {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
});

describe('what a job sees of the server', () => {
  it.skipIf(!mayRun || writable.length === 0).each(writable)(
    'is nothing where its data, its jobs and its .env are under %s',
    async (parent) => {
      const install = directoryIn(parent);
      const data = join(install, 'data');
      mkdirSync(data);
      for (const path of [install, data]) chmodSync(path, 0o755);
      writeFileSync(join(install, '.env'), 'SECRET_KEY=visible');
      writeFileSync(join(data, 'secret'), 'visible');
      const runtime = createLocalRuntime({
        root: join(data, 'jobs'),
        sshAddress: '127.0.0.1',
        ownDirectories: [data, install],
        clock: systemClock(),
        log: pino({ level: 'silent' }),
      });
      const spec = commandSpec(
        `cat ${install}/.env ${data}/secret; ls -A ${install}; ls ${parent}; echo ran`,
      );
      await runtime.start();
      await runtime.ensure(spec);
      await expect
        .poll(async () => (await runtime.observe(spec)).state.kind, { timeout: 30_000 })
        .toBe('ended');
      const text = await runtime.logs(spec, { rank: 0, tailBytes: 65_536 });
      expect(text).toContain('ran');
      expect(text).not.toContain('visible');
      expect(text).not.toMatch(/^(\.env|data)$/m);
      const args = readFileSync(join(data, 'jobs/jobs', spec.jobId, 'sandbox.args'), 'utf8');
      expect(args).toContain(`--tmpfs\0${install}\0`);
      await removeJob(runtime, spec);
      await runtime.stop();
    },
  );

  it('is decided by real paths, also behind a link', () => {
    const links = new Map([
      ['/srv/link', '/usr/local/gpushield'],
      ['/opt', '/data/opt'],
      ['/bin', '/usr/bin'],
    ]);
    const realOf = (path: string) => links.get(path) ?? path;
    expect(seenInside(['/srv/link', '/data/opt/gpushield', '/var/lib/gpushield'], realOf)).toEqual([
      '/usr/local/gpushield',
      '/opt/gpushield',
    ]);
  });

  it('cannot be hidden where the programs of the host are', async () => {
    for (const path of ['/usr', '/usr/bin', '/lib']) expect(cannotHide([path])).toContain(path);
    expect(cannotHide(['/usr/local', '/opt', '/opt/gpushield'])).toBeNull();
    const runtime = createLocalRuntime({
      root: directoryIn(tmpdir()),
      sshAddress: '127.0.0.1',
      ownDirectories: ['/usr'],
      clock: systemClock(),
      log: pino({ level: 'silent' }),
    });
    await runtime.start();
    const spec = commandSpec('true');
    await expect(runtime.ensure(spec)).rejects.toMatchObject({ kind: 'runtime_refusal' });
    await removeJob(runtime, spec);
    await runtime.stop();
  });
});
