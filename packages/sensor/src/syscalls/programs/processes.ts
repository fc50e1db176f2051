import { begins, firstWord, type Probe } from './probe.ts';

/** CLONE_NEW*: time, cgroup, uts, ipc, user, pid, net, mount. */
const newNamespaces = '0x7e020080';
/** Requests of ptrace that reach into another process: poke, set registers, attach, seize. */
const reaching = [4, 5, 13, 15, 16, 16_901, 16_902];
/** SIGKILL, SIGTERM, SIGSTOP: what ends a security tool. */
const ending = '($s == 9 || $s == 15 || $s == 19)';

const becomesRoot = (syscall: string, target: string): Probe => ({
  syscall,
  at: 'enter',
  when: `(uint32)${target} == 0 && uid != 0`,
  numbers: [['target_uid', `(uint32)${target}`]],
  perSecond: 10,
});

/** Processes that reach into others, take other rights, or leave their place. */
export const processProbes: readonly Probe[] = [
  {
    syscall: 'ptrace',
    at: 'enter',
    when: `(${reaching.map((request) => `args->request == ${String(request)}`).join(' || ')})`,
    numbers: [
      ['ptrace_request', 'args->request'],
      ['target_pid', 'args->pid'],
    ],
    perSecond: 10,
  },
  ...['process_vm_readv', 'process_vm_writev'].map((syscall): Probe => ({
    syscall,
    at: 'enter',
    when: '(uint64)args->pid != pid',
    numbers: [['target_pid', 'args->pid']],
    perSecond: 10,
  })),
  ...(
    [
      ['kill', 'args->pid'],
      ['tkill', 'args->pid'],
      ['tgkill', 'args->tgid'],
    ] as const
  ).map(([syscall, target]): Probe => ({
    syscall,
    at: 'enter',
    setup: '$s = args->sig;',
    when: `${ending} && (uint64)${target} != pid`,
    numbers: [
      ['target_pid', `(int32)${target}`],
      ['signal', '$s'],
    ],
    perSecond: 10,
  })),
  {
    syscall: 'pidfd_send_signal',
    at: 'enter',
    setup: '$s = args->sig;',
    when: ending,
    numbers: [
      ['pidfd', 'args->pidfd'],
      ['signal', '$s'],
    ],
    perSecond: 10,
  },
  { syscall: 'memfd_create', at: 'exit', when: 'args->ret >= 0', numbers: [], perSecond: 10 },
  {
    syscall: 'prctl',
    at: 'enter',
    setup: `$w = (uint64)0; if (args->option == 15) { ${firstWord('args->arg2')} }`,
    when: begins('[', 'kworker/', 'ksoftirq'),
    numbers: [],
    text: ['new_name', 'str(uptr(args->arg2))'],
    perSecond: 5,
  },
  becomesRoot('setuid', 'args->uid'),
  becomesRoot('setreuid', 'args->euid'),
  becomesRoot('setresuid', 'args->euid'),
  becomesRoot('setfsuid', 'args->uid'),
  {
    syscall: 'unshare',
    at: 'enter',
    when: `(args->unshare_flags & ${newNamespaces}) != 0`,
    numbers: [['flags', 'args->unshare_flags']],
    perSecond: 10,
  },
  {
    syscall: 'clone',
    at: 'enter',
    when: `(args->clone_flags & ${newNamespaces}) != 0`,
    numbers: [['flags', 'args->clone_flags']],
    perSecond: 10,
  },
  {
    syscall: 'clone3',
    at: 'enter',
    setup: '$f = *(uint64*)uptr((uint64)args->uargs);',
    when: `($f & ${newNamespaces}) != 0`,
    numbers: [['flags', '$f']],
    perSecond: 10,
  },
  {
    syscall: 'setns',
    at: 'enter',
    numbers: [
      ['fd', 'args->fd'],
      ['flags', 'args->flags'],
    ],
    perSecond: 10,
  },
  { syscall: 'chroot', at: 'enter', numbers: [], text: ['path', 'str(args->filename)'], perSecond: 10 },
  { syscall: 'pivot_root', at: 'enter', numbers: [], text: ['path', 'str(args->new_root)'], perSecond: 10 },
  {
    syscall: 'mount',
    at: 'enter',
    numbers: [['flags', 'args->flags']],
    text: ['target', 'str(args->dir_name)'],
    perSecond: 20,
  },
  {
    syscall: 'move_mount',
    at: 'enter',
    numbers: [],
    text: ['target', 'str(args->to_pathname)'],
    perSecond: 20,
  },
  { syscall: 'fsmount', at: 'enter', numbers: [], perSecond: 20 },
  {
    syscall: 'open_tree',
    at: 'enter',
    numbers: [['flags', 'args->flags']],
    text: ['path', 'str(args->filename)'],
    perSecond: 20,
  },
];
