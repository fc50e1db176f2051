import { fileProbes, toldMark } from './files.ts';
import { gpuProbes } from './gpu.ts';
import { kernelProbes } from './kernel.ts';
import { networkProbes } from './network.ts';
import { processProbes } from './processes.ts';
import { beginAt, findOpened, findPlace, skipClimbs, tellPlace } from './places.ts';
import { firstWord, type Probe, type Relative } from './probe.ts';
import { countAlike, isTold } from './repeats.ts';

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

/** What one run of the program has of its own. */
interface Once {
  /** Who is left out. */
  readonly notUs: string;
  readonly secret: bigint;
}

const mayTell = (syscall: string, perSecond: number): string =>
  `@told[pid, "${syscall}"] < ${String(perSecond)} && @all < ${String(allPerSecond)}`;

const clause = (
  { syscall, at, setup, when, numbers, text, perSecond, then, otherwise, relative, repeats }: Probe,
  { notUs, secret }: Once,
): string => {
  const given = numbers.map(([, expression]) => expression);
  const told = [...(at === 'exit' ? ['args->ret'] : []), ...given, ...(repeats === undefined ? [] : ['$n'])];
  const isPlaced = relative?.where !== undefined;
  const telling = `if (${mayTell(syscall, perSecond)}) {
      @told[pid, "${syscall}"]++; @all++; ${tell(syscall, told, text?.[1])}
    } else { @dropped = count(); }`;
  // Each syscall has a secret of its own: the same path in two of them is no repetition.
  const own = secret + BigInt(probes.findIndex((probe) => probe.syscall === syscall)) * 0x1_0001n;
  const body = `${repeats === undefined ? telling : `${countAlike(own, given, repeats.path)} if (${isTold}) { ${telling} }`}
    ${then ?? ''} ${isPlaced ? 'if (($w & 0xff) != 0x2f) { delete(@place[tid]); }' : ''}`;
  const counts = isPlaced ? `(${when ?? '1'}) || (($w & 0xff) != 0x2f && @place[tid] != 0)` : when;
  const asked =
    counts === undefined
      ? body
      : `if (${counts}) {\n    ${body}\n  }${otherwise === undefined ? '' : ` else { ${otherwise} }`}`;
  return `tracepoint:syscalls:sys_${at}_${syscall} /${notUs}/ {\n  ${setup ?? ''}\n  ${asked}\n}`;
};

/** Runs before the clause of its call: finds where a relative path begins, and tells that in parts. */
const placeClause = (
  { syscall, perSecond }: Probe,
  { pointer, directory, setup, asks, where, mark }: Relative,
  notUs: string,
): string => {
  const marked = where === undefined ? '' : `@place[tid] = (uint64)(${mark ?? '1'});`;
  const found = `${marked} if (${mayTell(syscall, perSecond)}) { ${beginAt(directory)} ${tellPlace} }`;
  const looked =
    where === undefined ? found : `${beginAt(directory)} ${findPlace} if (${where}) { ${found} }`;
  return `tracepoint:syscalls:sys_enter_${syscall} /${notUs}/ {
  ${firstWord(pointer)}
  if (($w & 0xff) != 0x2f && ($w & 0xff) != 0) {
    ${setup ?? ''} ${where === undefined ? '' : skipClimbs(pointer)}
    if (${asks ?? '1'}) { ${looked} }
  }
}`;
};

/** What an open led to, where that could not be told when it began. */
export const openedLine = '.file';
const openedClauses = ({ syscall, perSecond }: Probe, notUs: string): string => {
  const point = `tracepoint:syscalls:sys_exit_${syscall}`;
  return `${point} /${notUs}/ {
  $fl = @flags[tid];
  if ($fl != 0) { delete(@flags[tid]); }
  if (args->ret >= 0 && $fl != (uint64)${toldMark}) {
    ${findOpened}
    if ($see == 1) {
      if (${mayTell(syscall, perSecond)}) { $d = $f->f_path.dentry; $m = (uint64)$f->f_path.mnt; ${tellPlace} }
      @place[tid] = (uint64)0x100000000 | ($fl & (uint64)0xffffffff) | (uint64)$f->f_flags;
    }
  }
}
${point} /@place[tid] != 0/ {
  $fl = @place[tid] & (uint64)0xffffffff;
  delete(@place[tid]);
  if (${mayTell(syscall, perSecond)}) {
    @told[pid, "${syscall}"]++; @all++; ${tell(syscall + openedLine, ['args->ret', '$fl'], undefined)}
  } else { @dropped = count(); }
}`;
};
const opens: ReadonlySet<string> = new Set(['open', 'openat', 'openat2', 'creat']);

const clausesOf = (probe: Probe, once: Once): readonly string[] => [
  ...(probe.relative === undefined ? [] : [placeClause(probe, probe.relative, once.notUs)]),
  clause(probe, once),
  ...(opens.has(probe.syscall) ? [openedClauses(probe, once.notUs)] : []),
];

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
 * The bpftrace program for the syscalls that this kernel has a tracepoint of. `sensorPid` is left out of everything; `secret` is
 * of this run alone. What it drops to bound its own work it counts, and says so each second.
 */
export const buildProgram = (available: ReadonlySet<string>, sensorPid: number, secret: bigint): string => {
  const once = { notUs: `pid != ${String(sensorPid)}`, secret };
  const clauses = [
    ...execSyscalls.filter((syscall) => available.has(syscall)).map(exec),
    ...probes.filter(({ syscall }) => available.has(syscall)).flatMap((probe) => clausesOf(probe, once)),
    ...(available.has('openat') ? [gpuOpened] : []),
    ...(available.has('exit_group')
      ? ['tracepoint:syscalls:sys_enter_exit_group { delete(@connected[pid]); delete(@gpu[pid]); }']
      : []),
    `interval:s:1 {
  print(@dropped); clear(@dropped); clear(@told); clear(@reached); @all = 0; @execs = 0;
}`,
  ];
  return `BEGIN { @all = 0; @execs = 0; }\n${clauses.join('\n')}\nEND { clear(@all); clear(@execs); clear(@told); clear(@dropped); clear(@reached); clear(@connected); clear(@gpu); clear(@flags); clear(@place); clear(@alike); }\n`;
};

const numbersBySyscall: ReadonlyMap<string, readonly string[]> = new Map([
  ...probes.map(({ syscall, at, numbers, repeats }): [string, readonly string[]] => [
    syscall,
    [
      ...(at === 'exit' ? ['ret'] : []),
      ...numbers.map(([name]) => name),
      ...(repeats === undefined ? [] : ['times_this_second']),
    ],
  ]),
  ...[...opens].map((syscall): [string, readonly string[]] => [syscall + openedLine, ['ret', 'flags']]),
  ...execSyscalls.map((syscall): [string, readonly string[]] => [syscall, ['ret']]),
]);
const textBySyscall: ReadonlyMap<string, string | undefined> = new Map([
  ...probes.map(({ syscall, text }): [string, string | undefined] => [syscall, text?.[0]]),
  ...execSyscalls.map((syscall): [string, string] => [syscall, 'path']),
]);
/** Names of the numbers of a line, in their order. */
export const numbersOf = (line: string): readonly string[] | undefined => numbersBySyscall.get(line);
/** The syscall that a line is of. */
export const syscallOf = (line: string): string =>
  line.endsWith(openedLine) ? line.slice(0, -openedLine.length) : line;
export const textOf = (syscall: string): string | undefined => textBySyscall.get(syscall);
