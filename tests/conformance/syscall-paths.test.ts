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

  it('that is reached over and over is told at once, and then counted; another one is told beside it', async () => {
    await recorder.take();
    const script = `import os
def touch(path):
    try: os.open(path, os.O_WRONLY)
    except OSError: pass
for n in range(40): touch("/etc/none/same")
for n in range(10): touch("/etc/none/other%d" % n)
touch("/etc/none/same-with-a-long-name-that-differs-at-its-end-a"); touch("/etc/none/same-with-a-long-name-that-differs-at-its-end-b")`;
    const { pid } = spawnSync('/usr/bin/python3', ['-c', script], { stdio: 'ignore' });
    const events = (await recorder.take()).filter((event) => event.pid === pid && event.syscall === 'openat');
    const timesOf = (path: string): readonly unknown[] =>
      events
        .filter(({ metadata }) => metadata?.['path'] === path)
        .map(({ metadata }) => metadata?.['times_this_second'] ?? 1);
    // In two seconds where the first one ends between.
    expect(timesOf('/etc/none/same').length).toBeLessThanOrEqual(5);
    expect(timesOf('/etc/none/same')[0]).toBe(1);
    expect(timesOf('/etc/none/same')).toContain(17);
    const others = new Set(events.map(({ metadata }) => String(metadata?.['path'])));
    expect([...others].filter((path) => path.startsWith('/etc/none/'))).toHaveLength(13);
  });

  it('is no news where everyday work reaches it', async () => {
    expect(
      await seen('cd /usr/share; cat ../../etc/hostname; cd /dev; echo x > null; head -c 1 zero'),
    ).toEqual([]);
  });
});
