import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { Roots } from '../collect/roots.ts';
import type { RunCommand } from '../run-command.ts';

/** How this machine lets its syscalls be watched, or why it does not. */
export type Sight =
  | {
      readonly kind: 'bpftrace';
      /** Program and arguments before bpftrace's own. */
      readonly command: readonly string[];
      /** Syscalls that this kernel has a tracepoint of. */
      readonly available: ReadonlySet<string>;
    }
  | { readonly kind: 'none'; readonly problem: string };

const none = (problem: string): Sight => ({ kind: 'none', problem });
const limits = { timeoutMs: 10_000, maxOutputBytes: 256 * 1024 } as const;
/** Debian's bpftrace looks for tracepoints here; where it is not mounted, it is mounted for bpftrace alone. */
const mountThenRun = 'mount -t tracefs tracefs "$0" && exec "$@"';

const isThere = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  );

const namesIn = (listing: string): ReadonlySet<string> =>
  new Set(
    listing
      .split('\n')
      .filter((name) => /^sys_enter_[a-z0-9_]{1,60}$/.test(name))
      .map((name) => name.slice('sys_enter_'.length)),
  );

/**
 * Finds out whether bpftrace can watch this machine: root, the program, types of the kernel, and its tracepoints. Where
 * tracefs is not mounted, a mount namespace of bpftrace's own has it, and the host stays as it is.
 */
export const findSight = async ({
  roots,
  runCommand,
  isRoot,
}: {
  readonly roots: Roots;
  readonly runCommand: RunCommand;
  readonly isRoot: boolean;
}): Promise<Sight> => {
  if (!isRoot) return none('the sensor does not run as root');
  const version = await runCommand('bpftrace', ['--version'], limits);
  if (version.code !== 0) return none(`bpftrace ${version.problem ?? 'does not run'}`);
  if (!(await isThere(join(roots.sys, 'kernel/btf/vmlinux'))))
    return none('this kernel tells no types (BTF)');
  for (const place of ['kernel/tracing', 'kernel/debug/tracing']) {
    const events = join(roots.sys, place, 'events/syscalls');
    if (!(await isThere(events))) continue;
    const listed = await runCommand('ls', [events], limits);
    const available = namesIn(listed.stdout);
    if (available.size > 0) return { kind: 'bpftrace', command: ['bpftrace'], available };
  }
  const tracing = join(roots.sys, 'kernel/tracing');
  const apart = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', mountThenRun, tracing];
  const [program = '', ...before] = apart;
  const listed = await runCommand(program, [...before, 'ls', join(tracing, 'events/syscalls')], limits);
  const available = namesIn(listed.stdout);
  return available.size > 0
    ? { kind: 'bpftrace', command: [...apart, 'bpftrace'], available }
    : none('tracepoints of syscalls cannot be reached (tracefs)');
};
