import { spawn } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary.ts';
import type { KernelCall } from './parse.ts';
import { createProcWatch } from './proc-watch.ts';

const removals: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const remove of removals.splice(0)) await remove();
});

/** A process of a made-up /proc. */
const put = async (proc: string, pid: number, ticks: number, program: string): Promise<void> => {
  const folder = join(proc, String(pid));
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'fd'), { recursive: true });
  const rest = `S 1 5 5 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 ${String(ticks)} 1 2`;
  await writeFile(join(folder, 'stat'), `${String(pid)} (x) ${rest}`);
  await writeFile(join(folder, 'status'), 'Name:\tx\nPPid:\t1\nUid:\t1000\t0\t0\t0\n');
  await writeFile(join(folder, 'comm'), 'x\n');
  await symlink(program, join(folder, 'exe'));
};

const setUp = async () => {
  const { path: proc, remove } = await temporaryDirectory();
  removals.push(remove);
  const calls: KernelCall[] = [];
  const look = createProcWatch({ proc, onCall: (call) => calls.push(call) });
  return { proc, look, told: () => calls.splice(0).map(({ syscall, pid, text }) => [syscall, pid, text]) };
};

describe('looking at /proc', () => {
  it('tells new processes, and none that were there before', async () => {
    const { proc, look, told } = await setUp();
    await put(proc, 1, 1, '/sbin/init');
    look(0);
    expect(told()).toEqual([]);
    await put(proc, 7, 70, '/tmp/x');
    look(500);
    look(1000);
    expect(told()).toEqual([['execve', 7, '/tmp/x']]);
  });

  it('tells a pid that is used again as another process, and another program in a known one', async () => {
    const { proc, look, told } = await setUp();
    await put(proc, 7, 70, '/tmp/x');
    look(0);
    await put(proc, 7, 71, '/tmp/x');
    look(1);
    expect(told()).toEqual([['execve', 7, '/tmp/x']]);
    await put(proc, 7, 71, '/tmp/y');
    for (let at = 2; at < 12; at += 1) look(at);
    expect(told()).toEqual([['execve', 7, '/tmp/y']]);
  });

  it('tells who holds a GPU, once', async () => {
    const { proc, look, told } = await setUp();
    await put(proc, 7, 70, '/usr/bin/python3');
    await symlink('/dev/nvidia0', join(proc, '7/fd/3'));
    await symlink('/dev/null', join(proc, '7/fd/0'));
    for (let at = 0; at < 25; at += 1) look(at);
    expect(told()).toEqual([['openat', 7, '/dev/nvidia0']]);
  });

  it('survives processes that end while it looks', async () => {
    const { proc, look, told } = await setUp();
    look(0);
    await mkdir(join(proc, '8'));
    look(1);
    expect(told()).toEqual([]);
  });

  it('sees a process of this machine as the kernel tells it', async () => {
    const calls: KernelCall[] = [];
    const look = createProcWatch({ proc: '/proc', onCall: (call) => calls.push(call) });
    look(0);
    const child = spawn('sleep', ['5'], { stdio: 'ignore' });
    await new Promise((resolve) => child.once('spawn', resolve));
    look(1);
    child.kill();
    const own = calls.find(({ pid }) => pid === child.pid);
    expect(own).toMatchObject({ parentPid: process.pid, uid: process.getuid?.(), command: 'sleep' });
    expect(own?.text).toMatch(/sleep|coreutils|busybox/);
  });
});
