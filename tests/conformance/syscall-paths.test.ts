import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRecorder, type Recorder } from '../../bench/support/syscall-recorder.ts';
import { relativeAttacks, runAttack } from '../support/attacks.ts';
import { sightProblem } from '../support/syscall-sight.ts';

/*
 * Files are told by where they are, whatever way the path takes: seen by the real program in this kernel. What the rules make
 * of it stands in syscall-corpus.test.ts.
 */

const problem = sightProblem();
if (problem !== undefined) console.warn(`SKIPPED: resolved paths of syscalls are not tested: ${problem}`);

const placeOfAttack = new Map([
  ['T1136.001', '/etc/passwd'],
  ['T1053.003', '/etc/cron.d/none'],
  ['T1574.006', '/etc/ld.so.preload'],
  ['T1003.008', '/etc/shadow'],
  ['T1552.004', '/root/.ssh/none/id_rsa'],
  ['T1070.002', '/var/log/gpushield-none.log'],
]);

describe.skipIf(problem !== undefined)('a file that a process reaches', () => {
  let recorder: Recorder;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gpushield-paths-'));
    recorder = await startRecorder();
  }, 120_000);
  afterAll(async () => {
    await recorder.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const pathsOf = async (pid: number): Promise<readonly unknown[]> =>
    (await recorder.take())
      .filter((event) => (event.pid === pid || event.ppid === pid) && event.syscall !== 'execve')
      .map(({ metadata }) => metadata?.['path'])
      .filter((path) => path !== undefined);
  const seen = async (script: string): Promise<readonly unknown[]> => {
    await recorder.take();
    return pathsOf(spawnSync('/bin/sh', ['-c', script], { cwd: folder, stdio: 'ignore' }).pid);
  };

  it.each(relativeAttacks)('is told by its place: $name', async (attack) => {
    await recorder.take();
    const { pid } = await runAttack(attack);
    expect(await pathsOf(pid)).toContain(placeOfAttack.get(attack.technique));
  });

  it('is told once, whatever a shell does with it', async () => {
    expect(await seen('cd /etc; : >> hostname')).toEqual(['/etc/hostname']);
    expect(await seen(': >> /etc/hostname')).toEqual(['/etc/hostname']);
    expect(await seen('ln -s /etc/hostname l; : >> l')).toEqual([join(folder, 'l'), '/etc/hostname']);
  });

  it('on another mount is told with the way to it, and a kernel file with its own', async () => {
    expect(await seen('cd /dev/shm; : > gpushield-none; rm gpushield-none')).toEqual([
      '/dev/shm/gpushield-none',
    ]);
    expect(await seen('cd /proc/sys/kernel; : >> none')).toEqual(['/proc/sys/kernel/none']);
  });

  it('below a root of its own is told as the process calls it', async () => {
    const script = `import os; os.makedirs("c/etc"); os.chroot("c"); os.chdir("/etc"); os.open("made", os.O_WRONLY | os.O_CREAT)`;
    expect(await seen(`exec /usr/bin/python3 -c '${script}'`)).toContain('/etc/made');
  });

  it('is no news where everyday work reaches it', async () => {
    expect(
      await seen('cd /usr/share; cat ../../etc/hostname; cd /dev; echo x > null; head -c 1 zero'),
    ).toEqual([]);
  });
});
