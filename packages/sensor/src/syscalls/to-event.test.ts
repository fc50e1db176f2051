import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeIoctl } from '@gpushield/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary.ts';
import { createDigests } from './facts/digests.ts';
import { createProcesses } from './facts/processes.ts';
import type { KernelCall } from './parse.ts';
import { createToEvent, type ToEventDeps } from './to-event.ts';

const id = 'b'.repeat(64);
const call = (given: Partial<KernelCall>): KernelCall => ({
  ...{ syscall: 'openat', atNs: 1_234_567, pid: 5, tid: 5, parentPid: 2, startedNs: 50_000_000 },
  ...{ parentStartedNs: 20_000_000, uid: 1000, euid: 0, cgroup: 77, command: 'x', numbers: {}, exact: {} },
  ...{
    text: undefined,
    isTextCut: false,
    arguments: undefined,
    areArgumentsCut: false,
    fileName: undefined,
    place: undefined,
  },
  ...given,
});

let proc: string;
let remove: () => Promise<void>;
let deps: ToEventDeps;

beforeEach(async () => {
  ({ path: proc, remove } = await temporaryDirectory());
  await mkdir(join(proc, '5/fd'), { recursive: true });
  await mkdir(join(proc, '2'));
  await writeFile(join(proc, '2/comm'), 'nginx\n');
  await writeFile(join(proc, '5/comm'), 'x\n');
  await writeFile(join(proc, '5/cgroup'), `0::/docker/${id}\n`);
  await writeFile(join(proc, '5/environ'), 'SECRET=1\0LD_PRELOAD=/tmp/x.so\0');
  await symlink('/usr/bin/none', join(proc, '5/exe'));
  deps = {
    proc,
    processes: createProcesses({ proc, digests: createDigests() }),
    userName: (uid) => (uid === 1000 ? 'ada' : undefined),
    bootedAtMs: Date.UTC(2026, 0, 1),
    wallMs: (atNs) => Date.UTC(2026, 0, 1) + atNs / 1e6,
  };
});
afterEach(() => remove());

const eventOf = (given: Partial<KernelCall>) => createToEvent(deps)(call(given))?.event;

describe('an event', () => {
  it('tells the process, its parent, user and container, with microseconds', () => {
    expect(eventOf({ numbers: { flags: 577 }, text: '/etc/x' })).toEqual({
      ...{ pid: 5, syscall: 'openat', ppid: 2, command: 'x', executable: '/usr/bin/none' },
      timestamp: '2026-01-01T00:00:00.001234Z',
      process_started_at: '2026-01-01T00:00:00.050Z',
      parent_started_at: '2026-01-01T00:00:00.020Z',
      ...{ user_id: 1000, effective_user_id: 0, user_name: 'ada', container_id: id },
      metadata: { flags: 577, path: '/etc/x' },
    });
  });

  it('of a start tells the parent’s name and a preloaded library, and nothing else of the environment', () => {
    const event = eventOf({
      syscall: 'execve',
      fileName: 'none',
      text: '/usr/bin/none',
      arguments: ['x', '-v'],
    });
    expect(event).toMatchObject({
      arguments: ['x', '-v'],
      metadata: { parent_command: 'nginx', ld_preload: '/tmp/x.so' },
    });
    expect(JSON.stringify(event)).not.toContain('SECRET');
  });

  it('of a program in memory names the descriptor that it was written to', () => {
    expect(eventOf({ syscall: 'execveat', text: '/dev/fd/7', fileName: 'memfd:x' })).toMatchObject({
      executable: '/memfd:x (deleted)',
      metadata: { fd: 7 },
    });
    expect(eventOf({ syscall: 'execve', text: '/proc/5/fd/7', fileName: 'memfd:x' })).toMatchObject({
      metadata: { path: '/proc/self/fd/7' },
    });
  });

  it('of a GPU’s driver names the device, and is none where the descriptor is something else', async () => {
    await symlink('/dev/nvidiactl', join(proc, '5/fd/3'));
    await symlink('/dev/tty', join(proc, '5/fd/4'));
    await symlink('/dmabuf:', join(proc, '5/fd/6'));
    const request = 0xc028464d;
    const event = eventOf({ syscall: 'ioctl', numbers: { fd: 3, request, inner_command: 0 } });
    expect(event).toMatchObject({ metadata: { device: '/dev/nvidiactl', request } });
    expect(decodeIoctl(request).name).toBe('nvidia:access_registry');
    expect(eventOf({ syscall: 'ioctl', numbers: { fd: 4, request } })).toBeUndefined();
    expect(eventOf({ syscall: 'mmap', numbers: { fd: 6, prot: 3 } })).toMatchObject({
      metadata: { device: '/dmabuf:' },
    });
  });

  it('of a signal is one where a security tool is meant', async () => {
    await mkdir(join(proc, '9'));
    await writeFile(join(proc, '9/comm'), 'falco\n');
    const numbers = { target_pid: 9, signal: 9 };
    expect(eventOf({ syscall: 'kill', numbers })).toMatchObject({ metadata: { target_command: 'falco' } });
    expect(eventOf({ syscall: 'kill', numbers: { target_pid: 2, signal: 9 } })).toBeUndefined();
    expect(eventOf({ syscall: 'kill', numbers: { target_pid: 404, signal: 9 } })).toBeUndefined();
  });

  it('of a process that is gone tells what the kernel told, and the place of its group', () => {
    eventOf({});
    const event = eventOf({ pid: 404, syscall: 'execve', text: '/dev/shm/x', fileName: 'x' });
    expect(event).toMatchObject({ pid: 404, executable: '/dev/shm/x', container_id: id });
  });
});
