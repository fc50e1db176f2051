import { fileProbes } from './files.ts';
import { gpuProbes } from './gpu.ts';
import { kernelProbes } from './kernel.ts';
import { networkProbes } from './network.ts';
import { processProbes } from './processes.ts';
import type { Probe } from './probe.ts';

export { textBytes, type Probe } from './probe.ts';

/** What every line tells, in this order; the probe's own numbers follow. */
export const headerFields = [
  'nsecs',
  'pid',
  'tid',
  'ppid',
  'started',
  'parent_started',
  'uid',
  'euid',
  'cgroup',
] as const;
const header = [
  'nsecs',
  'pid',
  'tid',
  'curtask->real_parent->tgid',
  'curtask->group_leader->start_boottime',
  'curtask->real_parent->group_leader->start_boottime',
  'uid',
  'curtask->cred->euid.val',
  'cgroup',
];
/** Everything that processes may be told of in a second, all together. */
const allPerSecond = 20_000;
const execsPerSecond = 1_000;
/** The command's 16 bytes are padded, so that whatever a process calls itself moves nothing. */
export const commandBytes = 16;

export const probes: readonly Probe[] = [
  ...processProbes,
  ...kernelProbes,
  ...networkProbes,
  ...fileProbes,
  ...gpuProbes,
];
export const execSyscalls: readonly string[] = ['execve', 'execveat'];

const tell = (name: string, numbers: readonly string[], text: string | undefined): string => {
  const all = [...header, ...numbers];
  const format = `${name}${',%lld'.repeat(all.length)}|%-${String(commandBytes)}s${text === undefined ? '' : '%s'}`;
  return `printf("${format}", ${[...all.map((each) => `(int64)${wrapped(each)}`), 'comm', ...(text === undefined ? [] : [text])].join(', ')});`;
};
const wrapped = (expression: string): string => `(${expression})`;

const clause = (
  { syscall, at, setup, when, numbers, text, perSecond, then }: Probe,
  notUs: string,
): string => {
  const told = [...(at === 'exit' ? ['args->ret'] : []), ...numbers.map(([, expression]) => expression)];
  const body = `@told[pid, "${syscall}"]++;
    if (@told[pid, "${syscall}"] <= ${String(perSecond)} && @all < ${String(allPerSecond)}) {
      @all++; ${tell(syscall, told, text?.[1])}
    } else { @dropped = count(); }
    ${then ?? ''}`;
  const asked = when === undefined ? body : `if (${when}) {\n    ${body}\n  }`;
  return `tracepoint:syscalls:sys_${at}_${syscall} /${notUs}/ {\n  ${setup ?? ''}\n  ${asked}\n}`;
};

/**
 * A program that was started: its command line and the name of its file, each in a clause of its own since the kernel's
 * stack holds one text, then the line that completes them. The path is what the kernel left on the new stack.
 */
const exec = (syscall: string): string => {
  const point = `tracepoint:syscalls:sys_exit_${syscall} /args->ret == 0 && @execs < ${String(execsPerSecond)}/`;
  return `${point} {
  $n = (uint64)(curtask->mm->arg_end - curtask->mm->arg_start);
  printf("+arguments,%lld,%lld|%r", (int64)tid, (int64)$n, buf(uptr(curtask->mm->arg_start), $n));
}
${point} {
  printf("+file,%lld|%s", (int64)tid, str(curtask->mm->exe_file->f_path.dentry->d_name.name));
}
${point} {
  @execs++; ${tell(syscall, ['args->ret'], 'str(uptr(curtask->mm->env_end))')}
}
tracepoint:syscalls:sys_exit_${syscall} /args->ret == 0 && @execs >= ${String(execsPerSecond)}/ { @dropped = count(); }`;
};

/** Opening a GPU or a DMA-buf heap, so that mappings of that process are asked for. */
const gpuOpened = `tracepoint:syscalls:sys_enter_openat {
  $w = *(uint64*)uptr((uint64)args->filename);
  if ($w == 0x69766e2f7665642f || $w == 0x64666b2f7665642f || $w == 0x6972642f7665642f || $w == 0x616d642f7665642f) {
    @gpu[pid] = 1;
  }
}`;

/**
 * The bpftrace program for the syscalls that this kernel has a tracepoint of. `sensorPid` is left out of everything. What
 * it drops to bound its own work it counts, and says so each second.
 */
export const buildProgram = (available: ReadonlySet<string>, sensorPid: number): string => {
  const notUs = `pid != ${String(sensorPid)}`;
  const clauses = [
    ...execSyscalls.filter((syscall) => available.has(syscall)).map(exec),
    ...probes.filter(({ syscall }) => available.has(syscall)).map((probe) => clause(probe, notUs)),
    ...(available.has('openat') ? [gpuOpened] : []),
    ...(available.has('exit_group')
      ? ['tracepoint:syscalls:sys_enter_exit_group { delete(@connected[pid]); delete(@gpu[pid]); }']
      : []),
    `interval:s:1 {
  print(@dropped); clear(@dropped); clear(@told); clear(@reached); @all = 0; @execs = 0;
}`,
  ];
  return `BEGIN { @all = 0; @execs = 0; }\n${clauses.join('\n')}\nEND { clear(@all); clear(@execs); clear(@told); clear(@dropped); clear(@reached); clear(@connected); clear(@gpu); }\n`;
};

/** Names of the numbers of a syscall's line, in their order. */
export const numbersOf = (syscall: string): readonly string[] | undefined => {
  if (execSyscalls.includes(syscall)) return ['ret'];
  const probe = probes.find((each) => each.syscall === syscall);
  if (probe === undefined) return undefined;
  return [...(probe.at === 'exit' ? ['ret'] : []), ...probe.numbers.map(([name]) => name)];
};
export const textOf = (syscall: string): string | undefined =>
  execSyscalls.includes(syscall) ? 'path' : probes.find((each) => each.syscall === syscall)?.text?.[0];
