import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { canAttack } from './attacks.ts';

/** Syscalls that this machine's kernel has tracepoints of, in a mount namespace that shows them; undefined: none. */
const tracepoints = (): ReadonlySet<string> | undefined => {
  const listed = spawnSync(
    'unshare',
    [
      ...['--mount', '--propagation', 'private', 'sh', '-c'],
      'mount -t tracefs tracefs /sys/kernel/tracing && ls /sys/kernel/tracing/events/syscalls',
    ],
    { encoding: 'utf8' },
  );
  const names = listed.stdout.split('\n').filter((name) => name.startsWith('sys_enter_'));
  return names.length === 0 ? undefined : new Set(names.map((name) => name.slice('sys_enter_'.length)));
};

/** What is missing to watch syscalls here, as tests that need it say; undefined: nothing. */
export const sightProblem = (): string | undefined => {
  if (process.getuid?.() !== 0) return 'not root';
  if (spawnSync('bpftrace', ['--version']).status !== 0) return 'bpftrace is not installed';
  if (!existsSync('/sys/kernel/btf/vmlinux')) return 'the kernel tells no types (BTF)';
  if (tracepoints() === undefined) return 'tracepoints of syscalls cannot be reached';
  return canAttack ? undefined : '/usr/bin/python3 is not here';
};

export const hasTracepoint = (syscall: string): boolean => tracepoints()?.has(syscall) === true;

/** Whether a server here can make control groups for its jobs. */
export const canLimit = (): boolean => {
  const own = /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m.exec(readFileSync('/proc/self/cgroup', 'utf8'))?.[1];
  const place = own === undefined ? '/sys/fs/cgroup' : join('/sys/fs/cgroup/memory', own);
  const group = join(place, `gpushield-test-${String(process.pid)}`);
  try {
    mkdirSync(group);
    rmdirSync(group);
    return true;
  } catch {
    return false;
  }
};
